"""From the last speech to the first sound of the reply: short questions in one conversation, and a bare script."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmarks._browsers import browsers, page_of
from benchmarks._voice.room import Cables, Room
from benchmarks._voice.voices import babble, mixed, quieter, said
from supervisor.demo.pulse import MICROPHONE, SPEAKER

# Rules answer five of every eight of these without the embedded model: alike at the beginning and at the
# end, or the one would be faster than the other for that alone.
QUESTIONS = (
    "What is your name?",
    "Do you like music?",
    "How are you today?",
    "Where are we?",
    "Do you like this place?",
    "What time is it?",
    "Have you been here before?",
    "Can you dance?",
    "Who made you?",
    "Do you speak French?",
    "Are you a robot?",
    "What is your favorite color?",
    "What makes you happy?",
    "Do you have a dog?",
    "Are you tired?",
    "Is it cold outside?",
    "Can you sing for me?",
    "Did you sleep well?",
    "What do you eat?",
    "How old are you?",
    "Do you like cats?",
    "What is the weather like?",
    "Is the party over?",
    "Can you tell me a joke?",
    "Where do you live?",
    "What is that noise?",
    "Do you know my friend?",
    "What should we do now?",
    "Do you like to swim?",
    "Can you see me?",
    "Are you happy here?",
    "What is two plus two?",
    "Will you come with me?",
    "Who is your best friend?",
    "Can you help me?",
    "What did you do today?",
    "What is your dream?",
    "Do you want to play?",
    "Is it late already?",
    "Can we be friends?",
)
WITHIN = 12.0


def measured(cables: Cables, ask: int, settle: Callable[[float], object]) -> list[float]:
    """Seconds from the last sound at the microphone to the first at the speaker, of each question that was answered."""
    times = []
    for number, text in enumerate(QUESTIONS[:ask]):
        time.sleep(0.7)
        _, ended = cables.say(said(text, ("hibari", "flite")[number % 2]))
        # What he says while somebody still speaks is no answer; it would show here as the least possible time.
        first = cables.bot.first_sound(ended, WITHIN)
        if first is not None:
            times.append(first - ended)
        settle(ended)
    return times


def ours(cables: Cables, ask: int, *settings: str) -> list[float]:
    """Gerald's times, with the embedded model. settings: of his configuration."""
    with Room(cables, *settings) as room:
        return measured(cables, ask, room.answered)


def watched(cables: Cables, ask: int, count: int) -> list[float]:
    """Gerald's times while `count` browsers show the first screen of the page."""
    with Room(cables, "page.enabled=true", "page.port=0") as room:
        instance = room.instance
        with browsers(instance.home, page_of(instance), count):
            return measured(cables, ask, room.answered)


def theirs(cables: Cables, ask: int) -> list[float]:
    """The bare script's times."""
    with _bare(cables):
        return measured(cables, ask, lambda _: _silence(cables))


def _silence(cables: Cables) -> None:
    cables.bot.quiet(1.5, 30.0)


@contextmanager
def _bare(cables: Cables) -> Iterator[None]:
    import os

    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._voice.bare", MICROPHONE, SPEAKER],
        env={**os.environ, **cables.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        if not process.stdout.readline():
            raise RuntimeError("the bare script ended before it was ready")
        yield
    finally:
        process.kill()
        process.wait(10.0)


def with_babble(cables: Cables, ask: int) -> dict[int, list[float]]:
    """Times with people talking in the background, by how many dB quieter than the speaker they are; 99: nobody."""
    found: dict[int, list[float]] = {}
    with Room(cables) as room:
        for below in (99, 20, 10, 5):
            times = found.setdefault(below, [])
            for number, text in enumerate(QUESTIONS[:ask]):
                time.sleep(0.7)
                begun = time.time()
                times.append(_over_babble(cables, text, number, below))
                room.answered(begun)
    return found


def _over_babble(cables: Cables, text: str, number: int, below: int) -> float:
    question = said(text, ("hibari", "flite")[number % 2])
    lead, after = 16000, 6 * 16000
    begun = time.time()
    if below == 99:
        cables.begin(question)
        first_loud = cables.person.first_sound(begun, 5.0) or time.time()
        ended = first_loud + len(question) / 16000 - 0.1
    else:
        behind = quieter(babble((lead + len(question) + after) / 16000), below)
        cables.begin(mixed(behind, np.concatenate([np.zeros(lead, np.int16), question])))
        first_loud = cables.person.first_sound(begun, 5.0) or time.time()
        ended = first_loud + (lead + len(question)) / 16000 - 0.1
    first = cables.bot.first_sound(ended, WITHIN)
    wait = WITHIN if first is None else first - ended
    time.sleep(max(0.0, ended + after / 16000 - time.time()) if below != 99 else 0.0)
    return wait


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def median(values: list[Any]) -> float:
    """The median, infinite without any."""
    return float(statistics.median(values)) if values else 999.0
