"""Who speaks? Three voices introduce themselves, talk in turn, and come back after a restart without saying a name."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks._voice.model import ScriptedModel
from benchmarks._voice.room import Cables, Room, silence
from benchmarks._voice.voices import said

PEOPLE = {"Anna": "hibari", "Carol": "flite", "Bob": "en-gb"}
INTRODUCTION = "Hello, my name is {}, and I have come here to see the garden and the old fountain."
MORE = (
    "I was at the harbour this morning and watched the boats come in.",
    "Nobody told me that the museum is closed on every Monday.",
    "The last time we met it was raining, and the roof was leaking.",
    "My sister has painted her whole kitchen in a very dark green.",
    "There is a small bakery behind the station that sells good bread.",
    "I would like to learn how to repair an old wooden chair.",
    "On Sunday we walked for five hours and saw nobody at all.",
    "Somebody should write down all the stories that he tells.",
    "The train was late again, so I have read half of my book.",
    "It takes a while until the oven is hot enough for pizza.",
)


class Attributed(msgspec.Struct, frozen=True):
    """Of what was said: how much was attributed to anybody, and how much of that to whoever said it."""

    said: int
    known: int
    right: int
    wrong: tuple[str, ...]


def visits(cables: Cables, each: int) -> tuple[Attributed, Attributed]:
    """A first visit, in which everybody says who they are and then `each` sentences; and a second one, in which nobody
    says a name."""
    with tempfile.TemporaryDirectory(prefix="gerald-visitors-") as folder:
        home = Path(folder) / "home"
        key = {"GERALD_KEY_FILE": str(Path(folder) / "key")}
        return _visit(cables, home, key, each, introduced=True), _visit(cables, home, key, each)


def _visit(
    cables: Cables, home: Path, environment: dict[str, str], each: int, *, introduced: bool = False
) -> Attributed:
    with ScriptedModel(lambda _: "I see. That is good to know, and I will remember it.") as model:
        settings = (f"llm.base_url={model.base_url}", "llm.model=script", "users.voice_prints=true")
        with Room(cables, *settings, home=home, environment=environment) as room:
            if introduced:
                for name in PEOPLE:
                    _say(room, name, INTRODUCTION.format(name))
            texts = MORE if introduced else tuple(reversed(MORE))
            return _sum([(name, _say(room, name, text)) for text in texts[:each] for name in PEOPLE])


def _say(room: Room, name: str, text: str) -> str:
    """Who was taken for whoever said it; "" for nobody."""
    time.sleep(0.7)
    begun, _ = room.cables.say(np.concatenate([said(text, PEOPLE[name]), silence(0.3)]))
    room.answered(begun, 20.0)
    # A pause may have made two turns of it: a wrong name in one of them is wrong.
    found = {str(turn.fields["person"]["name"]) for turn in room.since(begun, "TurnStarted")} - {"unknown"}
    return next(iter(found - {name}), name if found else "")


def _sum(found: Sequence[tuple[str, str]]) -> Attributed:
    known = [(name, taken) for name, taken in found if taken]
    wrong = tuple(f"{name} for {taken}" for name, taken in known if name != taken)
    return Attributed(len(found), len(known), len(known) - len(wrong), wrong)
