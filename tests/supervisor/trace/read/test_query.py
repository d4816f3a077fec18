"""Which records are wanted, and that the cheap looks never lose one."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.directory import DeadLetter
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Dead, Started
from supervisor.trace.layout import segments
from supervisor.trace.read.query import Query
from supervisor.trace.read.reader import Trace
from supervisor.trace.records import HandledLine, MailLine
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

RUN = "20261123T190000Z-1"
MIO = {"user_id": "usr_1", "name": "Mio"}


def line(message: Any = None, **fields: Any) -> HandledLine:
    given: dict[str, Any] = {
        "id": "world/1/1",
        "sender": "world",
        "recipient": "conversation",
        "type": "Heard",
        "wall": 100.0,
        "begun": 1.0,
        "ended": 1.0,
        "message": message,
    }
    return HandledLine(**{**given, **fields})


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (Query(person="mio"), True),
        (Query(person="usr_1"), True),
        (Query(person="USR_1"), False),
        (Query(person="Ren"), False),
        (Query(text="BLUE door"), True),
        (Query(text="red door"), False),
        (Query(since=100.0, until=100.0), True),
        (Query(since=100.1), False),
        (Query(until=99.9), False),
        (Query(causes=frozenset({"a/1/1"})), True),
        (Query(causes=frozenset({"a/1/2"})), False),
        (Query(failed=True), False),
        (Query(dead=True), False),
    ],
)
def test_a_line_is_chosen_by_person_words_time_cause_and_what_went_wrong(query: Query, wanted: bool) -> None:
    said = line({"person": MIO, "text": "I like the blue door"}, cause="a/1/1")
    assert query.matches(said) == wanted
    assert query.may_match(msgspec.json.encode(said)) or not wanted


def test_a_failure_of_a_handler_is_failed_and_a_dead_letter_is_dead() -> None:
    assert Query(failed=True).matches(line(failure=Failure("KeyError", "x")))
    assert not Query(dead=True).matches(line(failure=Failure("KeyError", "x")))


words = st.text(max_size=8) | st.sampled_from(
    ["ÄRGER", "straße", "\u212a", "k", 'a"b', "back\\slash", "new\nline"]
)


@given(text=words, wanted=words, turn=st.integers(0, 120), asked=st.integers(0, 120), cause=words, of=words)
def test_a_cheap_look_never_refuses_what_matches(
    text: str, wanted: str, turn: int, asked: int, cause: str, of: str
) -> None:
    said = line({"text": text, "person": {"user_id": text, "name": wanted}}, turn=turn, cause=cause)
    data = msgspec.json.encode(said)
    queries = (
        Query(turn=asked),
        Query(text=wanted),
        Query(person=wanted),
        Query(causes=frozenset({of})),
        Query(ids=frozenset({"world/1/1", of})),
        Query(type="Heard", text=text),
    )
    for query in queries:
        assert query.may_match(data) or not query.matches(said), query


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    """Two nodes and several segments, in which a bit of everything happens."""
    directory = tmp_path_factory.mktemp("traces")
    for node in ("root", "detector/1"):
        recorder = Recorder(directory, node, run=RUN, max_segment_size=150_000, compression="none")
        for n in range(4000):
            words = Heard(f"word {n} of {node}", n // 100) if n % 7 else Noted(n)
            failure = Failure("KeyError", "x") if n == 3500 else None
            sender = "world" if n % 3 else "speech"
            letter = envelope(n, words, sender=f"{sender}.{node}", turn=n // 100, to=f"actor{n % 5}")
            recorder.append(handled(letter, wall=1000.0 + n, failure=failure))
            if n % 500 == 0:
                recorder.append(Started(f"actor{n % 5}", n, node, b"{}", "s", 1000.0 + n))
                recorder.append(Dead(DeadLetter(envelope(n, Noted(1), to="nobody"), "unknown"), 1000.0 + n))
                assert recorder.flush(10.0)
        recorder.close()
    found = Trace(directory / RUN)
    assert len(segments(found.folder)) > 4
    return found


QUERIES = (
    Query(turn=17),
    Query(turn=0),
    Query(turn=999),
    Query(actor="actor3"),
    Query(actor="world.root"),
    Query(type="Noted"),
    Query(ids=frozenset({"world.root/1/1234", "speech.detector/1/1/3000"})),
    Query(since=2500.0, until=2600.0),
    Query(failed=True),
    Query(dead=True),
    Query(failed=True, dead=True),
    Query(node="detector"),
    Query(text="word 78 of"),
    Query(turn=17, actor="actor3", type="Heard"),
)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_with_the_index_the_same_is_found_as_by_reading_everything(trace: Trace, query: Query) -> None:
    everything = [e for e in trace.read() if query.is_of_node(e.node) and query.matches(e.line)]
    assert list(trace.read(query)) == everything
    if query != Query(turn=999):
        assert everything


def test_an_index_that_is_gone_is_made_again(trace: Trace) -> None:
    expected = [e.line for e in trace.read(Query(turn=17)) if isinstance(e.line, MailLine)]
    indexes = list(trace.folder.glob("*.index"))
    assert len(indexes) == len(segments(trace.folder))
    written = {path: path.read_bytes() for path in indexes}
    for path in indexes:
        path.unlink()
    again = Trace(trace.folder)
    assert [e.line for e in again.read(Query(turn=17))] == expected
    assert {path.name for path in trace.folder.glob("*.index")} == {path.name for path in written}
    assert [index.counts for index in again.indexes().values()] == [
        index.counts for index in trace.indexes().values()
    ]


@pytest.mark.parametrize(
    "damage", [b"", b"\x00\xff not an index", b"\x95\x01\xce\xff\xff\xff\xff\xc3\x90\x90"]
)
def test_a_damaged_index_is_no_obstacle(trace: Trace, damage: bytes) -> None:
    (index, *_) = trace.folder.glob("*.index")
    before = index.read_bytes()
    try:
        index.write_bytes(damage)
        assert len(list(Trace(trace.folder).read(Query(turn=17)))) == 200
    finally:
        index.write_bytes(before)


def test_what_is_written_after_the_index_was_made_is_found(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN, flush_interval=600.0)
    trace = Trace(tmp_path / RUN)
    for n in range(1, 4):
        recorder.append(handled(envelope(n, Noted(n), turn=n)))
        assert recorder.flush(10.0)
        assert trace.newest_turn() == n
        assert len(list(trace.read(Query(turn=n)))) == 1
    recorder.close()
