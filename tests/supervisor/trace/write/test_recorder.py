"""What is appended stands on disk: complete, in segments, in spite of a kill, a crowd or a full disk."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest
from mcap.reader import make_reader

from actors.kernel.directory import DeadLetter
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import ConfigurationVersion, Dead, Handled, Started, Stopped
from supervisor.trace import records
from supervisor.trace.layout import segments
from supervisor.trace.read.reader import Query, Trace
from supervisor.trace.read.segment_reader import open_segment
from supervisor.trace.write.recorder import Recorder, new_run
from supervisor.trace.write.redaction import digest, restore
from supervisor.trace.write.rotation import RotatingWriter
from tests.supervisor.trace.samples import Heard, Noted, Sound, envelope, every_message, example, handled

RUN = "20261123T190000Z-1"


def lines(directory: Path, query: Query | None = None) -> list[records.Line]:
    return [entry.line for entry in Trace(directory / RUN).read(query)]


def test_every_message_type_comes_back_as_it_was(tmp_path: Path) -> None:
    messages = [example(cls) for cls in every_message()]
    recorder = Recorder(tmp_path, "root", run=RUN)
    for number, message in enumerate(messages):
        recorder.append(handled(envelope(number, message)))
    recorder.close()
    found = {line.type: line for line in lines(tmp_path) if isinstance(line, records.HandledLine)}
    assert len(found) == len(messages) > 50
    for message in messages:
        shown = found[type(message).__name__].message
        if hasattr(message, "pcm"):
            assert shown["pcm"].keys() == {"bytes", "blake2b"}
        else:
            assert restore(type(message), shown) == message


def test_a_handled_message_is_written_with_all_that_a_replay_needs(tmp_path: Path) -> None:
    asked = envelope(1, Heard("hello", 4), turn=4, cause="speech/1/9")
    answer = envelope(1, Noted(5), sender="conversation", to="llm", cause=asked.id, turn=4)
    failure = Failure("ValueError", "bad", "Traceback...", asked.id, "Heard")
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(Handled(asked, 1.0, 1.25, 1e9, (answer,), ((3, 0.5, "Noted"),), (2,), (7, 8), failure))
    recorder.close()
    (line,) = lines(tmp_path)
    assert isinstance(line, records.HandledLine)
    assert (line.id, line.sender, line.recipient, line.type) == (
        "world/1/1",
        "world",
        "conversation",
        "Heard",
    )
    assert (line.cause, line.turn, line.wall, line.begun, line.ended) == ("speech/1/9", 4, 1e9, 1.0, 1.25)
    assert line.sent_at == asked.sent_at
    assert line.out == (records.Sent(answer.id, "llm", "Noted", digest(answer.message)),)
    assert line.timers_set == (records.TimerSet(3, 0.5, "Noted"),)
    assert line.timers_cancelled == (2,)
    assert line.version is not None
    assert (line.version.epoch, line.version.n) == (7, 8)
    assert line.failure == failure


def test_lives_dead_letters_and_configurations_are_recorded(tmp_path: Path) -> None:
    letter = DeadLetter(envelope(2, Noted(1)), "rejected", "the mailbox is full")
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(
        Started("llm", 3, "root", b'{"llm": {"api_key": "********"}}', "seed", 1.0, b'{"topic": "sea"}')
    )
    recorder.append(Dead(letter, 2.0))
    recorder.append(ConfigurationVersion(2, "abcd", 3.0))
    recorder.append(Stopped("llm", 3, "asked", None, 4.0))
    recorder.close()
    started, dead, configuration, stopped = lines(tmp_path)
    assert isinstance(started, records.StartedLine)
    assert started.arguments == {"llm": {"api_key": "********"}}
    assert started.state == {"topic": "sea"}
    assert isinstance(dead, records.DeadLine)
    assert (dead.id, dead.why, dead.detail) == ("world/1/2", "rejected", "the mailbox is full")
    assert configuration == records.ConfigurationLine(version=2, digest="abcd", wall=3.0)
    assert stopped == records.StoppedLine(address="llm", incarnation=3, reason="asked", wall=4.0)


WRITER = """
import sys, time
from pathlib import Path
from typing import ClassVar
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Noted, envelope, handled
recorder = Recorder(Path(sys.argv[1]), "victim", run=sys.argv[2])
number = 0
while True:
    number += 1
    recorder.append(handled(envelope(number, Noted(number))))
    print(number, time.time(), flush=True)
    time.sleep(0.0005)
"""


def test_after_a_sigkill_everything_older_than_200_ms_is_there(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as victim:
        assert victim.stdout is not None
        said = [victim.stdout.readline() for _ in range(1500)]
        victim.kill()
        said += victim.stdout.read().splitlines()
    appended = {
        int(number): float(at) for number, at in (line.split() for line in said if line.count(" ") == 1)
    }
    trace = Trace(tmp_path / RUN)
    written = [
        entry.line.message["number"] for entry in trace.read() if isinstance(entry.line, records.HandledLine)
    ]
    assert written == list(range(1, len(written) + 1))
    assert len(written) > 1000
    last = max(appended.values())
    lost = [at for number, at in appended.items() if number > len(written)]
    assert all(last - at < 0.25 for at in lost), f"lost {last - min(lost):.3f} s"
    assert "not finished" in trace.torn[0].why


def test_a_failure_is_flushed_at_once(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=600.0)
    try:
        recorder.append(handled(envelope(1, Noted(1))))
        recorder.append(handled(envelope(2, Noted(2)), failure=Failure("KeyError", "x")))
        deadline = time.monotonic() + 60.0
        while len(lines(tmp_path)) < 2 and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        assert len(lines(tmp_path)) == 2
    finally:
        recorder.close()


class Swarming(Message):
    """One of many a second."""

    continuous: ClassVar[bool] = True
    number: int


def test_what_comes_many_times_a_second_waits_for_others_and_its_order_stays(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=0.01)
    try:
        recorder.append(handled(envelope(1, Noted(1))))
        readable(tmp_path, 1)
        recorder.append(handled(envelope(2, Swarming(2))))
        recorder.append(handled(envelope(3, Noted(3))))
        readable(tmp_path, 3)
        recorder.append(handled(envelope(4, Swarming(4))))
        assert recorder.flush(within=10.0), "it does not wait where somebody asks for it"
        assert [line.message["number"] for line in lines(tmp_path)] == [1, 2, 3, 4]  # type: ignore[union-attr]
    finally:
        recorder.close()


def test_alone_it_waits_in_memory_for_a_while_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervisor.trace.write.recorder.CONTINUOUS_WAITS", 600.0)
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=0.01)
    try:
        recorder.append(handled(envelope(1, Noted(1))))
        readable(tmp_path, 1)
        recorder.append(handled(envelope(2, Swarming(2))))
        while len(recorder._queue):  # until the writer has it
            threading.Event().wait(0.01)
        assert len(lines(tmp_path)) == 1
        monkeypatch.setattr("supervisor.trace.write.recorder.CONTINUOUS_WAITS", 0.0)
        recorder._queue.hurry()  # it sleeps until it would be due
        readable(tmp_path, 2)
        recorder.append(handled(envelope(3, Swarming(3)), failure=Failure("KeyError", "x")))
        readable(tmp_path, 3)
    finally:
        recorder.close()


def test_what_comes_after_a_long_silence_is_written_within_the_flush_interval_and_nobody_asks(
    tmp_path: Path,
) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=0.01)
    try:
        for number in range(1, 4):
            dozing(recorder)
            recorder.append(handled(envelope(number, Noted(number))))
            readable(tmp_path, number)
        dozing(recorder)
        assert recorder.flush(within=10.0)
        dozing(recorder)
    finally:
        recorder.close()
    assert not recorder._thread.is_alive()


def dozing(recorder: Recorder) -> None:
    """Wait until its writer sleeps."""
    deadline = time.monotonic() + 60.0
    while not recorder._queue._dozes and time.monotonic() < deadline:
        threading.Event().wait(0.001)
    assert recorder._queue._dozes


def readable(folder: Path, count: int) -> None:
    """Wait until so many lines can be read."""
    deadline = time.monotonic() + 60.0
    while len(lines(folder)) < count and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert len(lines(folder)) == count


def test_many_threads_append_and_nothing_is_lost(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, capacity=512)

    def append(name: str) -> None:
        for number in range(2000):
            recorder.append(handled(envelope(number, Noted(number), sender=name)))

    threads = [threading.Thread(target=append, args=(f"actor{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    assert recorder.lost == 0
    by_sender: dict[str, list[int]] = {}
    for line in lines(tmp_path):
        assert isinstance(line, records.HandledLine)
        by_sender.setdefault(line.sender, []).append(line.message["number"])
    assert len(by_sender) == 8
    assert all(sorted(numbers) == list(range(2000)) for numbers in by_sender.values())


def test_flush_returns_when_all_that_was_appended_can_be_read(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=600.0)
    for number in range(1, 4):
        recorder.append(handled(envelope(number, Noted(number))))
        assert recorder.flush(within=10.0)
        assert len(lines(tmp_path)) == number
    recorder.close()


def test_a_segment_that_is_large_enough_is_followed_by_the_next(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "detector/1", run=RUN, max_segment_size=20_000, compression="none")
    for number in range(300):
        recorder.append(handled(envelope(number, Heard("x" * 100))))
        if number % 20 == 0:
            recorder.flush()
    recorder.close()
    trace = Trace(tmp_path / RUN)
    names = sorted(path.name for path in (tmp_path / RUN).glob("*.mcap"))
    assert names[:2] == ["detector_1.0001.mcap", "detector_1.0002.mcap"]
    assert len(names) > 3
    entries = list(trace.read())
    assert [e.line.id for e in entries if isinstance(e.line, records.HandledLine)] == [
        f"world/1/{n}" for n in range(300)
    ]
    assert {entry.node for entry in entries} == {"detector/1"}
    assert trace.torn == ()


def test_a_segment_that_is_old_enough_is_followed_by_the_next(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, max_segment_age=0.0)
    for number in range(3):
        recorder.append(handled(envelope(number, Noted(number))))
        recorder.flush()
    recorder.close()
    assert len(list((tmp_path / RUN).glob("*.mcap"))) == 3


def test_a_segment_of_many_small_chunks_is_followed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept of them in memory until the end stays small."""
    monkeypatch.setattr("supervisor.trace.write.rotation.CHUNKS", 20)
    recorder = Recorder(tmp_path, "root", run=RUN)
    for number in range(50):
        recorder.append(handled(envelope(number, Noted(number))))
        recorder.flush()
    recorder.close()
    assert len(list((tmp_path / RUN).glob("*.mcap"))) == 3
    assert len(lines(tmp_path)) == 50


def test_each_segment_says_where_it_comes_from(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "detector/1", run=RUN)
    recorder.append(handled(envelope(1, Noted(1))))
    recorder.close()
    (path,) = segments(tmp_path / RUN)
    metadata = open_segment(path, lambda torn: None).metadata
    assert metadata["run"] == RUN
    assert metadata["node"] == "detector/1"
    assert metadata["pid"] == str(os.getpid())
    assert metadata["segment"] == "1"
    assert {"started", "python", "gerald", "platform", "format"} <= metadata.keys()


def test_the_reference_reader_of_mcap_finds_a_channel_and_a_schema_for_each_type(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(handled(envelope(1, Noted(1)), wall=1.5))
    recorder.append(handled(envelope(2, Heard("hello")), wall=2.5))
    recorder.close()
    with (tmp_path / RUN / "root.0001.mcap").open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        found = [
            (schema.name, schema.encoding, channel.topic, channel.message_encoding, message.log_time)
            for schema, channel, message in reader.iter_messages()
            if schema is not None
        ]
        summary = reader.get_summary()
    assert found == [
        ("Noted", "jsonschema", "/tests/Noted", "json", 1_500_000_000),
        ("Heard", "jsonschema", "/tests/Heard", "json", 2_500_000_000),
    ]
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == 2


def test_a_second_recorder_of_a_node_goes_on_beside_the_first_files(tmp_path: Path) -> None:
    for number in range(2):
        recorder = Recorder(tmp_path, "root", run=RUN)
        recorder.append(handled(envelope(number, Noted(number))))
        recorder.close()
    assert len(lines(tmp_path)) == 2


@pytest.mark.posix("modes of files")
def test_traces_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(handled(envelope(1, Noted(1))))
    recorder.close()
    (file,) = (tmp_path / RUN).glob("*.mcap")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_comes_after_the_end_is_counted_as_lost(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.close()
    recorder.append(handled(envelope(1, Noted(1))))
    assert recorder.lost == 1


def test_a_disk_that_refuses_is_said_waited_for_and_what_was_lost_noted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervisor.trace.write.recorder.RETRY", 0.01)
    obstacle = tmp_path / RUN
    obstacle.write_text("a file where the folder should be")
    recorder = Recorder(tmp_path, "root", run=RUN, capacity=8, flush_interval=0.01)
    recorder.append(handled(envelope(0, Noted(0))))
    assert not recorder.flush()
    assert recorder.trouble
    for number in range(1, 11):
        recorder.append(handled(envelope(number, Noted(number))))
    assert recorder.lost == 3
    obstacle.unlink()
    deadline = time.monotonic() + 60.0
    while recorder.trouble and time.monotonic() < deadline:
        recorder.flush()
    recorder.close()
    found = lines(tmp_path)
    assert sum(isinstance(line, records.HandledLine) for line in found) == 8
    (lost,) = (line for line in found if isinstance(line, records.LostLine))
    assert lost.count == 3
    assert "trace.directory" in caplog.text


def test_a_writer_that_fails_by_a_fault_of_its_own_says_so_and_goes_on_in_the_next_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supervisor.trace.write.recorder.RETRY", 0.01)
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=0.01)
    recorder.append(handled(envelope(0, Noted(0))))
    assert recorder.flush(60.0)
    with monkeypatch.context() as broken:
        broken.setattr(RotatingWriter, "flush", _fail)
        recorder.append(handled(envelope(1, Noted(1))))
        assert not recorder.flush(60.0)
        assert "please report it" in caplog.text
    deadline = time.monotonic() + 60.0
    while recorder.trouble and time.monotonic() < deadline:
        recorder.flush()
    recorder.append(handled(envelope(2, Noted(2))))
    recorder.close()
    found = lines(tmp_path)
    assert [line.message["number"] for line in found if isinstance(line, records.HandledLine)] == [0, 2]
    assert [line.count for line in found if isinstance(line, records.LostLine)] == [1]


def _fail(_: RotatingWriter) -> None:
    raise ValueError("as planned")


FULL = """
import resource, signal, sys
from pathlib import Path
from typing import ClassVar
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, envelope, handled
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
recorder = Recorder(Path(sys.argv[1]), "root", run=sys.argv[2], compression="none")
for number in range(100):
    recorder.append(handled(envelope(number, Heard("x" * 500))))
    recorder.flush()
recorder.close()
print(recorder.lost)
"""


@pytest.mark.posix("limits the size of files by rlimit")
def test_a_disk_that_fills_up_leaves_what_was_written_readable(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path), RUN]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path.cwd(), timeout=60, check=True)
    trace = Trace(tmp_path / RUN)
    kept = sum(isinstance(entry.line, records.HandledLine) for entry in trace.read())
    assert kept > 10
    assert kept + int(done.stdout) == 100
    assert "cannot be written" in done.stderr


def test_a_message_that_cannot_be_encoded_does_not_stop_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(handled(envelope(1, Heard("\ud800"))))
    recorder.append(handled(envelope(2, Noted(2))))
    recorder.close()
    assert [line.type for line in lines(tmp_path) if isinstance(line, records.HandledLine)] == ["Noted"]
    assert recorder.lost == 1
    assert "Heard cannot be encoded" in caplog.text


def test_with_words_dropped_no_word_reaches_the_disk(tmp_path: Path) -> None:
    secret = "rosebud"
    asked = envelope(1, Heard(secret))
    failure = Failure("ValueError", secret, f'Traceback:\n  File "a.py", line 1\n    x\nValueError: {secret}')
    recorder = Recorder(tmp_path, "root", run=RUN, words="drop", compression="none")
    recorder.append(handled(asked, sent=(asked,), failure=failure))
    recorder.append(handled(envelope(2, Sound(b"", secret.encode()))))
    recorder.append(Dead(DeadLetter(asked, "crashed", secret, failure), 1.0))
    recorder.append(Stopped("conversation", 1, secret, failure, 2.0))
    recorder.append(Started("users", 1, "root", b"{}", "s", 3.0, b'{"rosebud": {"name": "rosebud"}}'))
    recorder.close()
    (file,) = (tmp_path / RUN).glob("*.mcap")
    assert secret.encode() not in file.read_bytes()
    assert len(lines(tmp_path)) == 5


def test_a_run_is_named_by_its_start_and_process() -> None:
    assert new_run(1_795_460_400.0) == f"20261123T190000Z-{os.getpid()}"
