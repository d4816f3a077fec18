"""What the first screen shows after each event."""

from typing import Any

import pytest

from supervisor.page.screens.now.state import (
    EXCHANGES,
    TURNS,
    Body,
    Chatbox,
    Company,
    Exchange,
    Heard,
    Latency,
    NowState,
    Usual,
    exchange,
    fold,
)

MIO = {"user_id": "usr_mio", "name": "Mio"}
REN = {"user_id": "usr_ren", "name": "Ren"}


NOTHING = NowState()


def after(*events: dict[str, Any], state: NowState = NOTHING) -> NowState:
    for event in events:
        state = fold(state, event)
    return state


def turn(number: int, text: str = "Hello?", person: Any = MIO, certainty: float = 1.0) -> dict[str, Any]:
    return {"event": "TurnStarted", "turn": number, "text": text, "person": person, "certainty": certainty}


def sentence(number: int, at: int, text: str) -> dict[str, Any]:
    return {"event": "ReplySentence", "turn": number, "sentence": at, "text": text}


def begun(number: int, at: int) -> dict[str, Any]:
    return {"event": "SentenceBegun", "turn": number, "sentence": at, "text": ""}


def ended(number: int, outcome: str, text: str, detail: str = "") -> dict[str, Any]:
    return {"event": "ReplyEnded", "turn": number, "outcome": outcome, "text": text, "detail": detail}


def utterance(number: int, role: str, text: str, person: Any = MIO) -> dict[str, Any]:
    return {"turn": number, "role": role, "text": text, "person": person, "at": 100.0 + number}


def said(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"event": "Said", "is": list(messages)}


TALK = (turn(1), sentence(1, 0, "Hi!"), sentence(1, 1, "And you?"), begun(1, 0))


def test_a_turn_grows_is_heard_and_ends() -> None:
    state = after(*TALK)
    assert state.exchanges == (Exchange(1, "Hello?", "Mio", "usr_mio", 1.0, ("Hi!", "And you?"), 1),)
    (over,) = after(begun(1, 1), ended(1, "said", "Hi! And you?"), state=state).exchanges
    assert (over.begun, over.outcome, over.heard) == (2, "said", "Hi! And you?")


def test_what_belongs_to_a_turn_that_is_not_shown_changes_nothing() -> None:
    state = after(*TALK)
    for event in (sentence(7, 0, "?"), begun(7, 0), ended(0, "ignored", ""), {"event": "Other"}, {}):
        assert fold(state, event) is state


def test_the_newest_exchanges_are_kept_in_order() -> None:
    state = after(*(turn(number) for number in (2, 1, *range(3, 30))))
    assert [one.turn for one in state.exchanges] == list(range(30 - EXCHANGES, 30))


def test_whatever_is_long_is_cut() -> None:
    state = after(turn(1, "x" * 9999), *(sentence(1, n, "y" * 9999) for n in range(100)))
    (one,) = state.exchanges
    assert len(one.text) + sum(map(len, one.sentences)) < 100_000


def test_what_the_conversation_remembers_is_shown_of_before() -> None:
    state = after(
        said(utterance(3, "user", "Hello?"), utterance(3, "assistant", "Hi!"), utterance(4, "user", "So?"))
    )
    first, second = state.exchanges
    assert (first.text, first.person, first.sentences, first.outcome) == ("Hello?", "Mio", ("Hi!",), "said")
    assert (second.text, second.sentences) == ("So?", ())


def test_of_a_turn_that_was_followed_more_is_kept_than_is_remembered() -> None:
    state = after(*TALK, ended(1, "cancelled", "Hi!", "Ren speaks"))
    again = after(said(utterance(1, "user", "Hello?"), utterance(1, "assistant", "Hi!")), state=state)
    assert again.exchanges == state.exchanges


def test_what_is_not_remembered_any_more_is_not_shown_any_more() -> None:
    state = after(*TALK, ended(1, "said", "Hi!"), turn(2, "Me too", REN), ended(2, "said", ""))
    assert [one.turn for one in after(said(utterance(2, "user", "Me too", REN)), state=state).exchanges] == [
        2
    ]
    assert after(said(), state=state).exchanges == ()


def test_a_turn_whose_end_nobody_followed_is_as_it_is_remembered() -> None:
    state = after(*TALK, said(utterance(1, "user", "Hello?"), utterance(1, "assistant", "Hi! And you?")))
    assert exchange(state, 1) == Exchange(
        1, "Hello?", "Mio", "usr_mio", 1.0, ("Hi! And you?",), 1, "said", "Hi! And you?", at=101.0
    )


@pytest.mark.parametrize(("voiced", "shown"), [(True, 1), (False, 2)])
def test_the_turn_under_way_is_shown_as_it_stands(voiced: bool, shown: int) -> None:
    active = {
        "turn": 5,
        "text": "So?",
        "person": REN,
        "said": ["One.", "Two."],
        "begun": 1,
        "voiced": voiced,
        "certainty": 0.6,
        "started_at": 9.0,
    }
    (one,) = after({"event": "Active", "is": active}).exchanges
    assert (one.turn, one.person, one.certainty, one.sentences) == (5, "Ren", 0.6, ("One.", "Two."))
    assert (one.begun, one.outcome) == (shown, "")
    assert after({"event": "Active", "is": None}).exchanges == ()


def test_nothing_of_somebody_who_is_forgotten_is_shown() -> None:
    state = after(
        *TALK,
        turn(2, "Me", REN),
        {"event": "WordsHeard", "started_at": 1.0, "text": "I am", "final": False, "seconds": 0.0},
        {"event": "ChatboxIs", "turn": 1, "text": "Hi Mio!", "at": 2.0, "typing": False, "waiting": 0},
        {"event": "PersonForgotten", "people": [MIO], "at": 3.0},
    )
    assert [one.person for one in state.exchanges] == ["Ren"]
    assert (state.heard, state.chatbox) == (Heard(), Chatbox())


def test_words_come_bit_by_bit_and_end() -> None:
    def words(text: str, *, final: bool, at: float = 1.0) -> dict[str, Any]:
        return {"event": "WordsHeard", "started_at": at, "text": text, "final": final, "seconds": 0.0}

    state = after(words("", final=False))
    assert state.heard == Heard(1.0, "", True)
    state = after(words("I was", final=False), words("", final=False), state=state)
    assert state.heard == Heard(1.0, "I was", True)
    assert after(words("", final=False, at=2.0), state=state).heard == Heard(2.0, "", True)
    assert after(words("I was here.", final=True), state=state).heard == Heard(1.0, "I was here.", False)
    assert after(words("", final=True), state=state).heard == Heard(1.0, "", False)


@pytest.mark.parametrize(("health", "measured"), [("OK", True), ("DEGRADED", True), ("DOWN", False)])
def test_the_level_of_ears_that_hear_nothing_is_not_shown(health: str, measured: bool) -> None:
    level = {"event": "SoundLevel", "level": 0.5, "peak": 0.7, "at": 6.0}
    state = after(level, {"event": "Senses", "ears": {"health": health}})
    assert bool(state.level.at) is measured


def test_stages_are_gathered_for_the_newest_turns() -> None:
    def stage(number: int, name: str, seconds: float, at: float) -> dict[str, Any]:
        return {"event": "StageReached", "turn": number, "stage": name, "seconds": seconds, "at": at}

    events = [stage(n, "recognition", 0.1, 10.0 + n) for n in range(1, 30)]
    state = after(*events, stage(29, "synthesis", 0.2, 40.0))
    assert [one.turn for one in state.latencies] == list(range(30 - TURNS, 30))
    assert state.latencies[-1] == Latency(
        29, {"recognition": 0.1, "synthesis": 0.2}, {"recognition": 39.0, "synthesis": 40.0}
    )


def test_who_is_here_what_the_body_does_and_what_the_eyes_see() -> None:
    state = after(
        {"event": "Present", "people": [MIO, REN], "world": "Home"},
        {"event": "Acts", "known": [["wave", ""], ["sit", "no seat"]], "now": [["wave", "asked for"]]},
        {
            "event": "Looked",
            "sights": [{"track": 1}],
            "pictured_at": 5.0,
            "width": 640,
            "height": 360,
            "moving": True,
        },
        {"event": "Measured", "count": 3, "stages": {"synthesis": 0.2}},
        {"event": "SoundLevel", "level": 0.5, "peak": 0.7, "at": 6.0},
    )
    assert state.company == Company(("Mio", "Ren"), "Home")
    assert state.body == Body((("wave", ""), ("sit", "no seat")), (("wave", "asked for"),))
    assert (state.sight.at, state.sight.width, state.sight.sights) == (5.0, 640, ({"track": 1},))
    assert state.usual == Usual(3, {"synthesis": 0.2})
    assert after({"event": "Measured"}, state=state).usual == Usual()
    assert (state.level.level, state.level.peak) == (0.5, 0.7)
