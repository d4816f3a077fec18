"""Up to the outside event, and down to all that came of it."""

from pathlib import Path

import pytest

from actors.kernel.directory import DeadLetter
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Dead
from supervisor.trace.analyse.causes import effects, why
from supervisor.trace.analyse.select import select
from supervisor.trace.read.reader import Entry, Trace
from supervisor.trace.records import MailLine
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

RUN = "20261123T190000Z-1"


def ids(entries: tuple[Entry, ...] | list[Entry]) -> list[str]:
    return [entry.line.id for entry in entries if isinstance(entry.line, MailLine)]


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """a heard something, b and c were told in another process, c died of it; e has nothing to do with it."""
    root = Recorder(tmp_path, "root", run=RUN)
    heard = envelope(1, Heard("hi"), sender="world", to="a")
    told = envelope(1, Noted(1), sender="a", to="b", cause=heard.id)
    also = envelope(2, Noted(2), sender="a", to="c", cause=heard.id)
    late = envelope(1, Noted(3), sender="b", to="a", cause=told.id)
    other = envelope(2, Noted(4), sender="world", to="e")
    lost = envelope(7, Noted(5), sender="x", to="a", cause="gone/1/1")
    root.append(handled(heard, wall=1.0, sent=(told, also)))
    root.append(handled(late, wall=4.0))
    root.append(handled(other, wall=2.5))
    root.append(handled(lost, wall=6.0))
    root.close()
    child = Recorder(tmp_path, "b", run=RUN)
    child.append(handled(told, wall=2.0, sent=(late,)))
    failure = Failure("KeyError", "x")
    child.append(Dead(DeadLetter(also, "crashed", "", failure), 3.5))
    child.append(handled(also, wall=3.0, failure=failure))
    child.close()
    return Trace(tmp_path / RUN)


def test_why_goes_up_to_the_event_outside(trace: Trace) -> None:
    chain = why(trace, "b/1/1")
    assert chain is not None
    assert ids(chain.entries) == ["world/1/1", "a/1/1", "b/1/1"]
    assert (chain.missing, chain.cut) == ("", False)


def test_why_says_what_is_not_in_the_trace(trace: Trace) -> None:
    chain = why(trace, "x/1/7")
    assert chain is not None
    assert (ids(chain.entries), chain.missing) == (["x/1/7"], "gone/1/1")
    assert why(trace, "nobody/1/1") is None


def test_a_chain_without_end_is_cut_and_a_circle_ends(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    for n in range(50):
        letter = envelope(n, Noted(n), sender="timer", to="timer", cause=f"timer/1/{n - 1}" if n else "")
        recorder.append(handled(letter, wall=float(n)))
    recorder.append(handled(envelope(1, Noted(0), sender="self", to="self", cause="self/1/1"), wall=99.0))
    recorder.close()
    trace = Trace(tmp_path / RUN)
    chain = why(trace, "timer/1/49", limit=10)
    assert chain is not None
    assert chain.cut
    assert ids(chain.entries) == [f"timer/1/{n}" for n in range(40, 50)]
    circle = why(trace, "self/1/1")
    assert circle is not None
    assert (ids(circle.entries), circle.missing, circle.cut) == (["self/1/1"], "", False)


def test_effects_are_all_that_came_of_a_message_over_all_processes(trace: Trace) -> None:
    assert ids(list(effects(trace, "world/1/1"))) == ["world/1/1", "a/1/1", "a/1/2", "a/1/2", "b/1/1"]
    assert list(effects(trace, "nobody/1/1")) == []


class Blamed(Message):
    cause: str


def test_a_field_that_is_called_cause_is_no_cause(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(handled(envelope(1, Noted(1)), wall=1.0))
    recorder.append(handled(envelope(2, Blamed("world/1/1")), wall=2.0))
    recorder.append(handled(envelope(3, Blamed("else/1/1"), cause="world/1/1"), wall=3.0))
    recorder.close()
    assert ids(list(effects(Trace(tmp_path / RUN), "world/1/1"))) == ["world/1/1", "world/1/3"]


def test_show_takes_a_cause_with_filters(trace: Trace) -> None:
    from supervisor.trace.read.query import Query

    found = select(trace.folder.parent, Query(actor="b"), cause="world/1/1")
    assert found is not None
    assert ids(found.entries) == ["a/1/1", "b/1/1"]
