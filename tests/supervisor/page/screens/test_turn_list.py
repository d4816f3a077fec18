"""The list of turns, as it goes on."""

from typing import Any

from supervisor.page.screens.turn_list import TurnList, from_trace, with_event
from supervisor.page.screens.turn_view import STEPS, view

BRIEF: dict[str, Any] = {
    "turn": 4, "began": 100.0, "person": "Anna", "said": "Hi", "replied": "Hello", "outcome": "said", "detail": "",
    "first_words": 0.4, "first_sound": 0.6, "took": 2.0,
}  # fmt: skip


def listed(**changes: Any) -> TurnList:
    return from_trace({"run": "r", "turns": [{**BRIEF, **changes}], "words_dropped": False, "torn": []})


def after(found: TurnList, *events: dict[str, Any], keeps_words: bool = True) -> TurnList:
    for event in events:
        found = with_event(found, event, 200.0, 3, keeps_words=keeps_words)
    return found


STARTED = {"event": "TurnStarted", "turn": 5, "text": "Ho", "person": {"name": "Bob"}}
ENDED = {"event": "ReplyEnded", "turn": 5, "outcome": "cancelled", "text": "Well,", "detail": "interrupted"}


def reached(stage: str, at: float) -> dict[str, Any]:
    return {"event": "StageReached", "turn": 5, "stage": stage, "at": at, "seconds": 0.0}


def test_a_turn_goes_on_from_event_to_event() -> None:
    stages = (
        reached("speech_ended", 199.0),
        reached("first_sentence", 199.5),
        reached("first_audio", 199.75),
    )
    found = after(listed(), STARTED, *stages, ENDED)
    row, before = found.rows
    assert (row.turn, row.began, row.person, row.said) == (5, 199.0, "Bob", "Ho")
    assert (row.replied, row.outcome, row.soon, row.is_sound) == ("Well,", "cancelled", 0.75, True)
    assert (before.turn, before.soon) == (4, 0.6)


def test_the_first_words_count_where_there_is_no_sound() -> None:
    (row,) = after(TurnList("r"), reached("first_sentence", 200.5), reached("first_sentence", 201.0)).rows
    assert (row.soon, row.is_sound) == (0.5, False)


def test_words_that_are_not_recorded_are_not_listed_either() -> None:
    (row,) = after(TurnList("r"), STARTED, ENDED, keeps_words=False).rows
    assert (row.person, row.said, row.replied, row.detail, row.outcome) == ("", "", "", "", "cancelled")
    found = from_trace({"run": "r", "turns": [BRIEF], "words_dropped": True, "torn": []})
    assert (found.rows[0].said, found.rows[0].person) == ("", "")


def test_the_list_is_bounded_and_other_events_change_nothing() -> None:
    found = TurnList("r")
    for turn in range(1, 9):
        found = after(found, {**STARTED, "turn": turn})
    assert [row.turn for row in found.rows] == [8, 7, 6]
    assert after(found, {}, {"event": "ReplySentence", "turn": 9}) == found


def step(depth: int, begin: float, took: float | None) -> dict[str, Any]:
    return {"depth": depth, "begin": begin, "took": took}


def turn(**changes: Any) -> dict[str, Any]:
    return {"stages": [], "steps": [], "told": [], "left_out": 0, **changes}


def test_bars_lie_within_the_whole() -> None:
    stages = [
        {"stage": "recognition", "begin": 0.0, "took": 1.0},
        {"stage": "odd", "begin": 3.0, "took": 1.0},
    ]
    steps = [step(0, -900.0, 0.1), step(99, 0.5, None), step(1, 2.0, 2.0), step(1, 1e9, 0.0)]
    seen = view(turn(stages=stages, steps=steps))
    assert [(bar.x, bar.width) for bar in seen.stages] == [(0.0, 25.0), (75.0, 25.0)]
    assert seen.stages[1].label == "odd"
    bars = [one.bar for one in seen.steps if one.bar is not None]
    assert all(bar.x >= 0.0 and bar.x + bar.width <= 100.0 for bar in bars)
    assert seen.steps[1].bar is None


def test_a_turn_without_stages_and_one_with_too_many_messages_can_be_drawn() -> None:
    assert view(turn()).stages == ()
    seen = view(turn(steps=[step(0, 0.0, 0.0)] * (STEPS + 7), left_out=5))
    assert (len(seen.steps), seen.left_out) == (STEPS, 12)
