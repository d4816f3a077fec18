"""Turns in brief, and one explained."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from supervisor.trace.analyse.select import select
from supervisor.trace.analyse.turn import Memory, Told, explain, told_of
from supervisor.trace.analyse.turns import briefs, dropped, newest, texts_of
from supervisor.trace.read.query import Query
from supervisor.trace.read.reader import Entry, Trace
from supervisor.trace.records import HandledLine

KEPT = Path(__file__).parents[4] / "tests" / "traces"


def mail(
    n: int, type: str, wall: float, *, turn: int = 0, cause: str = "", to: str = "b", **fields: Any
) -> Entry:
    line = HandledLine(
        id=f"a/1/{n}",
        sender="a",
        recipient=to,
        type=type,
        wall=wall,
        message={"type": type, **fields},
        begun=wall,
        ended=wall + 0.01,
        turn=turn,
        cause=cause,
    )
    return Entry("root", line)


def stage(n: int, name: str, at: float, seconds: float = 0.0, turn: int = 3) -> Entry:
    return mail(n, "StageReached", at, turn=turn, stage=name, at=at, seconds=seconds)


ANNA = {"user_id": "name:anna", "name": "Anna"}
PROMPT = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Bob: Hi"},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "[You know Anna.]\n[It is late.]\nAnna: Where is my cat?"},
]
SPOKEN = (
    mail(1, "WhoIsHere", 99.0),
    mail(2, "Present", 99.1, cause="a/1/1", people=[ANNA], world_name="The Pug", seen=["a cat"]),
    mail(3, "Profile", 99.2, cause="a/1/2", person=ANNA, user={}, closeness=0.5,
         recalled=[{"text": "her cat is called Mo", "who": "Anna", "days": 2, "fits": True}]),
    mail(4, "CompletionRequested", 100.3, cause="a/1/3", turn=3, messages=PROMPT),
    stage(5, "speech_ended", 100.0),
    stage(6, "recognition", 100.3, 0.1),
    mail(7, "TurnStarted", 100.31, turn=3, text="Where is my cat?", person=ANNA),
    stage(8, "first_sentence", 100.6, 0.3),
    stage(9, "first_audio", 100.8, 0.05),
    mail(10, "CompletionEnded", 101.0, turn=3, text="At home, I guess.", tokens=6, finish="stop"),
    mail(11, "ReplyEnded", 102.0, turn=3, outcome="cancelled", text="At home,", detail="interrupted"),
    stage(12, "reply_ended", 102.0),
)  # fmt: skip


def test_a_turn_in_brief() -> None:
    (brief,) = briefs(SPOKEN)
    assert (brief.turn, brief.began, brief.person, brief.said) == (3, 100.0, "Anna", "Where is my cat?")
    assert (brief.replied, brief.outcome, brief.detail) == ("At home,", "cancelled", "interrupted")
    assert brief.first_words == pytest.approx(0.6)
    assert brief.first_sound == pytest.approx(0.8)
    assert brief.took == pytest.approx(2.0)


def test_a_turn_whose_end_is_missing_has_no_outcome() -> None:
    (brief,) = briefs(SPOKEN[:7])
    assert (brief.outcome, brief.first_sound, brief.took) == ("", None, None)


@pytest.mark.parametrize("value", [None, 7, "x", [], [[1]], {"name": 3}, {"name": {}}, -1e300, True])
def test_fields_of_any_kind_end_nothing(value: object) -> None:
    names = (
        "text person outcome detail stage at seconds messages recalled people user world_name seen".split()
    )
    types = ("TurnStarted", "ReplyEnded", "StageReached", "CompletionRequested", "Profile", "Present")
    odd = [mail(n, type, 1.0, turn=3, **dict.fromkeys(names, value)) for n, type in enumerate(types)]
    odd += [Entry("root", msgspec.structs.replace(odd[0].line, id="a/1/9", message=value))]
    assert len(briefs(odd)) == 1
    assert explain(odd, 3) is not None


def test_an_explained_turn_says_what_the_model_was_told_and_what_came_to_mind() -> None:
    found = explain(SPOKEN, 3)
    assert found is not None
    assert found.told == (
        Told("instructions", "system", "Be kind."),
        Told("earlier", "user", "Bob: Hi"),
        Told("earlier", "assistant", "Hello."),
        Told("notes", "user", "You know Anna.\nIt is late."),
        Told("question", "user", "Anna: Where is my cat?"),
    )
    assert found.recalled == (Memory("her cat is called Mo", "Anna", "", 2, True),)
    assert (found.known, found.closeness) == (True, 0.5)
    assert (found.present, found.world, found.seen) == (("Anna",), "The Pug", ("a cat",))
    assert (found.model_said, found.tokens, found.finish) == ("At home, I guess.", 6, "stop")
    stages = {bar.stage: (round(bar.begin, 3), bar.took) for bar in found.stages}
    assert stages["recognition"] == (0.2, 0.1)
    assert stages["first_audio"] == (0.75, 0.05)
    steps = [(step.depth, step.type) for step in found.steps[:4]]
    assert steps == [(0, "WhoIsHere"), (1, "Present"), (2, "Profile"), (3, "CompletionRequested")]


def test_what_led_to_another_turn_is_not_taken_for_its_own() -> None:
    other = (
        mail(20, "Profile", 100.9, person={"user_id": "name:bob", "name": "Bob"}, user=None, recalled=[]),
        mail(21, "CompletionRequested", 100.95, cause="a/1/20", turn=2, messages=[]),
    )
    found = explain((*SPOKEN, *other), 3)
    assert found is not None
    assert found.known
    assert explain(SPOKEN, 4) is None


def test_a_prompt_without_notes_is_a_question() -> None:
    (told,) = told_of({"messages": [{"role": "user", "content": "[only this]"}]})
    assert told == Told("question", "user", "[only this]")


def test_lengths_in_place_of_words_are_known_as_such() -> None:
    assert dropped(["[12 characters]", "", "[1 characters]"])
    assert not dropped(["[12 characters]", "hello"])
    assert not dropped([""])


def test_the_newest_turns_of_a_kept_trace_are_found_and_explained(tmp_path: Path) -> None:
    folder = tmp_path / "talk-by-text.mcap"
    shutil.copy(KEPT / folder.name, folder)  # its index is written beside it
    trace = Trace(folder)
    every = newest(trace, 1000)
    assert len(every) > 2
    assert newest(Trace(folder), 2) == every[-2:]
    assert not dropped(texts_of(every))
    first = every[0]
    assert (first.outcome, bool(first.said), bool(first.replied)) == ("said", True, True)
    found = select(folder.parent, Query(turn=first.turn), run=str(folder))
    assert found is not None
    explained = explain(found.entries, first.turn)
    assert explained is not None
    assert explained.brief == first
    assert {one.kind for one in explained.told} >= {"instructions", "question"}
