"""Reading what is being written."""

from pathlib import Path

from supervisor.trace.read.follow import Follower
from supervisor.trace.read.reader import newest_run
from supervisor.trace.records import HandledLine
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

RUN = "20261123T190000Z-1"
LATER = "20261124T190000Z-1"


def follower(directory: Path, *, from_start: bool = False) -> Follower:
    def newest() -> Path | None:
        run = newest_run(directory)
        return run.path if run else None

    return Follower(newest, from_start=from_start)


def ids(follower: Follower) -> list[str]:
    return [news.entry.line.id for news in follower.news() if isinstance(news.entry.line, HandledLine)]


def test_what_is_recorded_from_now_on_is_news_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=600.0)
    recorder.append(handled(envelope(1, Noted(1))))
    assert recorder.flush(10.0)
    following = follower(tmp_path)
    again = follower(tmp_path, from_start=True)
    assert ids(following) == []
    assert ids(again) == ["world/1/1"]
    for n in (2, 3):
        recorder.append(handled(envelope(n, Noted(n))))
        assert recorder.flush(10.0)
        assert ids(following) == [f"world/1/{n}"]
        assert ids(following) == []
    recorder.close()
    assert ids(following) == []


def test_rotation_new_nodes_and_new_runs_are_followed(tmp_path: Path) -> None:
    following = follower(tmp_path)
    assert following.news() == ()
    root = Recorder(tmp_path, "root", run=RUN, max_segment_size=20_000, compression="none")
    for n in range(200):
        root.append(handled(envelope(n, Heard("x" * 200))))
        if n % 10 == 9:
            assert root.flush(10.0)
    assert len(list((tmp_path / RUN).glob("*.mcap"))) > 2
    assert ids(following) == [f"world/1/{n}" for n in range(200)]
    child = Recorder(tmp_path, "detector/1", run=RUN)
    child.append(handled(envelope(1, Noted(1), sender="eye")))
    assert child.flush(10.0)
    assert ids(following) == ["eye/1/1"]
    root.close()
    child.close()
    again = Recorder(tmp_path, "root", run=LATER)
    again.append(handled(envelope(1, Noted(1), sender="later")))
    again.close()
    assert ids(following) == ["later/1/1"]
    assert following.run == tmp_path / LATER


def test_half_a_record_is_waited_for(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "whole", "root", run=RUN)
    recorder.append(handled(envelope(1, Noted(1))))
    recorder.close()
    whole = (tmp_path / "whole" / RUN / "root.0001.mcap").read_bytes()
    folder = tmp_path / "grows" / RUN
    folder.mkdir(parents=True)
    following = follower(tmp_path / "grows")
    found = []
    for length in range(0, len(whole) + 1, 97):
        (folder / "root.0001.mcap").write_bytes(whole[:length])
        found += ids(following)
    assert found == ["world/1/1"]


def test_news_has_its_topic_and_schema(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(handled(envelope(1, Noted(1)), wall=1.5))
    recorder.close()
    (news,) = follower(tmp_path, from_start=True).news()
    assert news.at == 1_500_000_000
    assert news.channel is not None
    assert news.schema is not None
    assert (news.channel.topic, news.schema.name) == ("/tests/Noted", "Noted")
