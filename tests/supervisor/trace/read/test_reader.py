"""Reading: order, filters, and files that are not whole."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.kernel.directory import DeadLetter
from actors.kernel.record import Dead, Started
from supervisor.trace import records
from supervisor.trace.analyse.select import select
from supervisor.trace.layout import segments
from supervisor.trace.read.reader import Query, Trace, newest_run, runs
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

RUN = "20261123T190000Z-1"


def ids(trace: Trace, query: Query | None = None) -> list[str]:
    return [entry.line.id for entry in trace.read(query) if isinstance(entry.line, records.MailLine)]


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """Two nodes, a turn with a cause before it, a dead letter."""
    root = Recorder(tmp_path, "root", run=RUN)
    heard = envelope(1, Noted(1), sender="speech.recognizer~io", to="speech.recognizer")
    text = envelope(2, Heard("hi"), sender="speech.recognizer", to="conversation", cause=heard.id)
    prompt = envelope(3, Heard("hi", 1), sender="conversation", to="llm", cause=text.id, turn=1)
    said = envelope(4, Noted(9), sender="llm", to="conversation", cause=prompt.id, turn=1)
    root.append(handled(text, wall=20.0, sent=(prompt,)))
    root.append(handled(said, wall=40.0))
    root.append(Dead(DeadLetter(envelope(5, Noted(0), to="detector/1"), "unknown"), 50.0))
    root.append(Started("conversation", 1, "root", b"{}", "s", 1.0))
    root.close()
    child = Recorder(tmp_path, "recognizer", run=RUN)
    child.append(handled(prompt, wall=30.0, sent=(said,)))
    child.append(handled(heard, wall=10.0, sent=(text,)))
    child.close()
    return Trace(tmp_path / RUN)


def test_records_of_all_nodes_come_in_the_order_of_time(trace: Trace) -> None:
    walls = [entry.line.wall for entry in trace.read()]
    assert walls == [1.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    assert {entry.node for entry in trace.read()} == {"root", "recognizer"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(turn=1), ["conversation/1/3", "llm/1/4"]),
        (Query(turn=0), ["speech.recognizer~io/1/1", "speech.recognizer/1/2", "world/1/5"]),
        (Query(actor="llm"), ["conversation/1/3", "llm/1/4"]),
        (Query(actor="detector"), ["world/1/5"]),
        (Query(actor="speech.recognizer"), ["speech.recognizer~io/1/1", "speech.recognizer/1/2"]),
        (Query(type="Heard"), ["speech.recognizer/1/2", "conversation/1/3"]),
        (Query(ids=frozenset({"llm/1/4"})), ["llm/1/4"]),
        (Query(turn=1, type="Noted"), ["llm/1/4"]),
        (Query(turn=11), []),
    ],
)
def test_records_are_chosen_by_turn_actor_type_and_id(
    trace: Trace, query: Query, expected: list[str]
) -> None:
    assert ids(trace, query) == expected


def test_lives_are_chosen_by_actor(trace: Trace) -> None:
    found = [
        e.line for e in trace.read(Query(actor="conversation")) if isinstance(e.line, records.StartedLine)
    ]
    assert [line.address for line in found] == ["conversation"]


def test_a_walk_up_the_causes_ends_at_what_the_outside_did(trace: Trace) -> None:
    turn = tuple(trace.read(Query(turn=1)))
    above = [e.line.id for e in trace.ancestors(turn) if isinstance(e.line, records.MailLine)]
    assert above == ["speech.recognizer~io/1/1", "speech.recognizer/1/2"]


def test_unasked_the_newest_turn_of_the_newest_run_is_shown_with_its_causes(trace: Trace) -> None:
    selection = select(trace.folder.parent)
    assert selection is not None
    assert (selection.run, selection.turn, selection.left_out) == (RUN, 1, 0)
    assert [entry.line.wall for entry in selection.entries] == [10.0, 20.0, 30.0, 40.0]


def test_more_records_than_the_limit_leave_the_oldest_out(trace: Trace) -> None:
    selection = select(trace.folder.parent, Query(turn=0), limit=1)
    assert selection is not None
    assert selection.left_out == 2
    assert [entry.line.wall for entry in selection.entries] == [50.0]


@pytest.mark.parametrize("run", ["20990101T000000Z-1", "../elsewhere", ""])
def test_a_run_that_is_not_there_is_none(tmp_path: Path, run: str) -> None:
    assert select(tmp_path, run=run) is None


def test_a_run_is_found_by_its_folder_and_by_a_file_of_it_too(trace: Trace, tmp_path: Path) -> None:
    for where in (trace.folder, *segments(trace.folder)):
        selection = select(tmp_path, run=str(where))
        assert selection is not None
        assert selection.entries
    assert select(tmp_path, run=str(trace.folder.parent)) is None


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    assert runs(tmp_path / "nothing") == ()
    for run in ("20261101T000000Z-9", "20261201T000000Z-1", "20261115T000000Z-5"):
        recorder = Recorder(tmp_path, "root", run=run)
        recorder.append(handled(envelope(1, Noted(1))))
        recorder.close()
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("not a run")
    assert [run.name[:8] for run in runs(tmp_path)] == ["20261201", "20261115", "20261101"]
    newest = newest_run(tmp_path)
    assert newest is not None
    assert newest.nodes == ("root",)
    assert newest.size > 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A segment of ten chunks with ten lines each."""
    directory = tmp_path_factory.mktemp("whole")
    recorder = Recorder(directory, "root", run=RUN)
    for number in range(100):
        recorder.append(handled(envelope(number, Noted(number))))
        if number % 10 == 9:
            assert recorder.flush(10.0)
    recorder.close()
    return (directory / RUN / "root.0001.mcap").read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_a_torn_tail_is_cut_and_reported(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(whole) - 1))
    (tmp_path / "root.0001.mcap").write_bytes(whole[:length])
    trace = Trace(tmp_path)
    found = ids(trace)
    assert found == [f"world/1/{n}" for n in range(len(found))]
    assert len(found) % 10 == 0
    assert len(found) == 100 or trace.torn


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_no_damage_makes_reading_raise_or_invents_a_record(
    tmp_path: Path, whole: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "root.0001.mcap").write_bytes(damaged)
    trace = Trace(tmp_path)
    found = ids(trace)
    assert set(found) <= {f"world/1/{n}" for n in range(100)}
    assert len(found) == 100 or trace.torn


def test_a_damaged_chunk_costs_only_itself(tmp_path: Path, whole: bytes) -> None:
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    (tmp_path / "root.0001.mcap").write_bytes(damaged)
    trace = Trace(tmp_path)
    assert len(ids(trace)) >= 90
    assert trace.newest_turn() == 0


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "not finished"), (b"\x89MC", "not finished"), (b"text", "no MCAP file")]
)
def test_a_file_that_was_only_begun_and_one_that_is_something_else_are_reported(
    tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / "root.0001.mcap").write_bytes(content)
    trace = Trace(tmp_path)
    assert list(trace.read()) == []
    assert why in trace.torn[0].why


def test_a_whole_file_has_nothing_torn(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "root.0001.mcap").write_bytes(whole)
    trace = Trace(tmp_path)
    assert len(ids(trace)) == 100
    assert trace.torn == ()
