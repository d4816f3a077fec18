"""The order of lines, what should have been otherwise, other words, and what the senses told."""

from pathlib import Path

import pytest

from actors.conversation.messages import TextReceived
from actors.vocabulary.values import Person
from supervisor.replay.anonymize import Anonymizer
from supervisor.replay.keep import keep
from supervisor.replay.order import in_causal_order
from supervisor.replay.play_live import RecordedInput, play, recorded_inputs
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer
from supervisor.replay.what_if import parse
from supervisor.trace.records import HandledLine, Line, Sent
from tests.supervisor.replay.recording import recorded


def handled(id: str, by: str, *out: tuple[str, str], wall: float = 1.0, type: str = "OneMore") -> HandledLine:
    sent = tuple(Sent(one, to, "OneMore", "") for one, to in out)
    return HandledLine(
        id=id,
        sender=id.split("/")[0],
        recipient=by,
        type=type,
        wall=wall,
        message={"text": "hi"},
        begun=1.0,
        ended=1.0,
        out=sent,
    )


# -- order


def test_a_message_is_handled_after_it_was_sent_and_what_came_later_to_the_same_actor_waits() -> None:
    early, next_one = handled("a/1/1", "b"), handled("x/1/7", "b")
    sends = handled("x/1/1", "a", ("a/1/1", "b"))
    other = handled("x/1/2", "c")
    lines: list[Line] = [early, next_one, other, sends]
    assert list(in_causal_order(lines, {"a", "b", "c"}.__contains__)) == [other, sends, early, next_one]


def test_one_that_was_waited_for_lets_the_next_go_at_once() -> None:
    third, second = handled("b/1/1", "c"), handled("a/1/1", "b", ("b/1/1", "c"))
    first, later = handled("x/1/1", "a", ("a/1/1", "b")), handled("x/1/2", "d")
    lines: list[Line] = [third, second, first, later]
    assert list(in_causal_order(lines, {"a", "b", "c", "d"}.__contains__)) == [first, second, third, later]


def test_what_nobody_sends_is_not_waited_for_beyond_the_end() -> None:
    line = handled("a/1/1", "b")
    assert list(in_causal_order([line], {"a", "b"}.__contains__)) == [line]


def test_what_comes_from_outside_waits_for_nothing() -> None:
    lines: list[Line] = [handled("x/1/1", "a"), handled("y/1/1", "a")]
    assert list(in_causal_order(lines, {"a"}.__contains__)) == lines


# -- what if


def test_a_value_is_put_where_it_belongs_and_everything_else_stays() -> None:
    changes = parse(["llm.temperature=0.25", "speech.first_clause_words=3"])
    assert changes.sections == {"llm", "speech"}
    before = {"llm": {"temperature": 0.7, "model": "m"}, "bot": {}}
    assert changes.applied(before) == {"llm": {"temperature": 0.25, "model": "m"}, "bot": {}}
    assert before["llm"]["temperature"] == 0.7


@pytest.mark.parametrize("wish", ["llm", "=1", "llm.heat=1", "nothing.at.all=2", "llm=3", "llm.model={"])
def test_a_wish_that_is_none_names_itself(wish: str) -> None:
    with pytest.raises(Unreplayable, match="--with"):
        parse([wish])


# -- other words


def test_other_words_are_the_same_for_the_same_and_tell_nothing() -> None:
    disguise = Anonymizer(b"key")
    text = disguise.text("Hello Anna, this is anna's 42nd GREEN tea!")
    assert len(text) == len("Hello Anna, this is anna's 42nd GREEN tea!")
    assert not any(word in text.lower() for word in ("hello", "anna", "this", "green", "tea"))
    words = text.replace(",", "").replace("'", " ").split()
    assert words[1].lower() == words[4]
    assert words[1][0].isupper()
    assert text.endswith("!")
    assert Anonymizer(b"other").text("Anna") != Anonymizer(b"key").text("Anna")


def test_what_is_no_word_of_anybodys_stays() -> None:
    said = Anonymizer(b"key").message(TextReceived("Where is Anna?", Person(), "control/1"))
    assert isinstance(said, TextReceived)
    assert said.person == Person()
    assert said.listener == "control/1"
    assert "Anna" not in said.text


def test_a_kept_session_replays_and_holds_nothing_else(tmp_path: Path) -> None:
    to = tmp_path / "tests" / "one.mcap"
    report = keep(recorded(tmp_path / "traces"), to, b"key")
    assert report.identical
    assert report.actors == ("tally",)
    assert Replayer(to).run().messages == report.messages
    with pytest.raises(Unreplayable, match="nothing in"):
        keep(recorded(tmp_path / "other", started=False), to)


# -- live


def test_the_senses_are_told_in_time_with_long_pauses_cut() -> None:
    lines: list[Line] = [
        handled("osc.receiver/1/2", "avatar", wall=12.0),
        handled("speech.recognizer/1/1", "conversation", wall=10.0),
        handled("listener/1/0/1", "conversation", wall=1000.0, type="TextReceived"),
        handled("users/1/1", "conversation", wall=11.0),
        handled("osc.receiver/1/3", "system", wall=11.0),
    ]
    found = list(recorded_inputs(lines))
    assert [(cue.at, cue.to) for cue in found] == [
        (0.0, "conversation"),
        (2.0, "avatar"),
        (62.0, "conversation"),
    ]


def test_they_are_played_at_their_speed() -> None:
    now, told = [100.0], []

    def wait(seconds: float) -> None:
        now[0] += seconds

    given = [RecordedInput(at, "avatar", "OneMore", {"n": at}) for at in (0.0, 2.0, 6.0)]
    for cue in play(given, lambda *what: told.append((now[0], *what)), 2.0, clock=lambda: now[0], wait=wait):
        now[0] += 0.5  # the telling itself takes time, which is made up for
        assert cue in given
    assert told == [
        (100.0, "avatar", "OneMore", {"n": 0.0}),
        (101.0, "avatar", "OneMore", {"n": 2.0}),
        (103.0, "avatar", "OneMore", {"n": 6.0}),
    ]
