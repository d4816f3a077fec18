"""Where a replay sends other messages, what was recorded later is told apart by its recorded id."""

import pytest

from actors.kernel.message import Envelope, Message
from actors.kernel.record import Handled
from supervisor.replay.id_mapping import IdMapping
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.trace.records import HandledLine, Sent, StartedLine
from supervisor.trace.write.encode import sent_line
from supervisor.trace.write.redaction import Redaction
from tests.supervisor.replay.actors import OneMore, Tally

REPLAYED = {"tally", "wall"}
STARTED = StartedLine(address="tally", incarnation=1, node="", arguments={}, seed="s", wall=0.0)


def envelope(number: int, message: Message, to: str = "wall") -> Envelope:
    return Envelope("tally", 1, number, to, message)


def line(id: str, *out: Sent, cause: str = "", answers: str = "") -> HandledLine:
    return HandledLine(
        id=id,
        sender="x",
        recipient="tally",
        type="OneMore",
        wall=1.0,
        message={},
        begun=1.0,
        ended=1.0,
        out=out,
        cause=cause,
        answers=answers,
    )


def noted(then: tuple[Envelope, ...], now: tuple[Envelope, ...]) -> IdMapping:
    mapping = IdMapping()
    redaction = Redaction()
    out = (sent_line(envelope, redaction) for envelope in then)
    mapping.note(line("x/1/1", *out), Handled(envelope(1, OneMore()), 1.0, 1.0, 1.0, sent=now), REPLAYED)
    return mapping


@pytest.mark.parametrize("number", [3, 5, 7])
def test_a_message_with_another_number_is_known_by_the_new_one(number: int) -> None:
    mapping = noted((envelope(5, OneMore()),), (envelope(number, OneMore()),))
    assert mapping.new_id("tally/1/5") == f"tally/1/{number}"
    assert mapping.new_id("tally/1/6") == "tally/1/6"
    assert not mapping.knows(f"tally/1/{number}")


@pytest.mark.parametrize(("then", "now"), [(1, 2), (2, 1), (3, 4), (4, 3)])
def test_a_message_of_another_content_is_the_replays(then: int, now: int) -> None:
    mapping = noted((envelope(5, OneMore(then)),), (envelope(6, OneMore(now)),))
    assert mapping.knows("tally/1/6")
    assert mapping.take("tally/1/6") == OneMore(now)
    assert not mapping.knows("tally/1/6")


def test_a_message_that_was_not_sent_again_is_known_to_be_none() -> None:
    mapping = noted((envelope(5, OneMore()),), ())
    assert mapping.knows("tally/1/5")
    assert mapping.take("tally/1/5") is None


def test_what_goes_to_an_actor_that_is_not_replayed_is_of_no_account() -> None:
    mapping = noted((envelope(5, OneMore(1), "outside"),), (envelope(6, OneMore(2), "outside"),))
    assert not mapping.knows("tally/1/6")
    assert mapping.new_id("tally/1/5") == "tally/1/6"


def test_a_line_gets_the_new_ids_of_itself_its_cause_and_what_it_answers() -> None:
    replayed = ReplayedIncarnation(Tally(), STARTED, propagate=True)
    mapping = noted(
        tuple(envelope(number, OneMore()) for number in (1, 2, 3)),
        tuple(envelope(number, OneMore()) for number in (4, 5, 6)),
    )
    same = line("x/1/9", cause="x/1/8")
    assert mapping.renumbered(same, replayed) is same
    assert mapping.renumbered(line("x/1/9", cause="tally/1/1", answers="tally/1/2"), replayed) == line(
        "x/1/9", cause="tally/1/4", answers="tally/1/5"
    )
    assert mapping.renumbered(line("tally/1/3"), replayed) == line("tally/1/6")
    replayed.next_id(90)
    fewer = noted((envelope(5, OneMore()),), (envelope(3, OneMore()),))
    assert fewer.renumbered(line("tally/1/5"), replayed) == line("tally/1/3")


@pytest.mark.parametrize(("recorded", "used"), [(9, 9), (2, 7), (99, 99), (9, 99)])
def test_a_timer_that_fires_takes_the_next_number_that_is_free(recorded: int, used: int) -> None:
    replayed = ReplayedIncarnation(Tally(), STARTED, propagate=True)
    replayed.next_id(used)
    mapping = IdMapping()
    id = f"tally/1/{recorded}"
    new = f"tally/1/{max(recorded, used + 1)}"
    assert mapping.renumbered(line(id), replayed).id == new
    assert mapping.new_id(id) == new
    assert replayed.next_id(0) == f"tally/1/{max(recorded, used + 1) + 1}"


def test_only_a_timer_of_the_same_incarnation_takes_a_number() -> None:
    replayed = ReplayedIncarnation(Tally(), STARTED, propagate=True)
    replayed.next_id(7)
    for id in ("tally/2/3", "other/1/3"):
        assert IdMapping().renumbered(line(id), replayed).id == id
    assert replayed.next_id(0) == "tally/1/8"


def test_a_message_that_differs_keeps_the_number_that_the_replay_gave_it() -> None:
    replayed = ReplayedIncarnation(Tally(), STARTED, propagate=True)
    replayed.next_id(7)
    mapping = noted((envelope(5, OneMore(1), "tally"),), (envelope(5, OneMore(2), "tally"),))
    assert mapping.renumbered(line("tally/1/5"), replayed).id == "tally/1/5"
    assert mapping.take("tally/1/5") == OneMore(2)
