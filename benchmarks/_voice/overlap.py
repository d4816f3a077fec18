"""What happens while he speaks: his own echo, people who interrupt, and sounds that are no interruption."""

import time
from contextlib import nullcontext
from typing import Any

import msgspec
import numpy as np

from benchmarks._voice.model import ScriptedModel
from benchmarks._voice.room import Cables, Room
from benchmarks._voice.voices import babble, knocks, music, noises_of_people, pink, said
from benchmarks._voice.words import errors, words

STORY = (
    "Let me tell you about the old lighthouse on the northern coast. A keeper lived there with seven "
    "goats and a parrot. Every evening he climbed two hundred steps to light the lamp. The parrot knew "
    "the names of all the ships. One winter the storm was so strong that the windows broke. The goats "
    "slept in the kitchen until spring came. Since then nobody has painted the tower white again."
)
QUESTIONS = ("Where have you been?", "Do you know a story?", "What happened then?", "Can you go on please?")
INTERRUPTIONS = (
    "Wait, stop. I have a question.",
    "No no, that is not what I meant.",
    "Stop it please.",
    "Hold on, who are you?",
    "Sorry, can I say something?",
    "Listen, I have to leave now.",
)
MURMURS = ("mm-hm", "yeah", "uh huh", "okay", "right", "I see", "oh", "wow", "yes", "hmm")


class Echo(msgspec.Struct, frozen=True):
    """Talk with his voice coming back: turns nobody asked for, and texts with words that only he had said."""

    decibels: float
    milliseconds: int
    asked: int
    answered_himself: int
    own_words: int


def echoes(cables: Cables, seconds: float) -> list[Echo]:
    """Talk of so many seconds for each loudness and delay of the echo."""
    found = []
    for decibels in (-6, -12, -20):
        for milliseconds in (50, 150, 400):
            with (
                ScriptedModel(lambda _: " ".join(STORY.split(". ")[:3])) as model,
                _room(cables, model) as room,
                cables.echo(decibels, milliseconds),
            ):
                found.append(_talk(cables, room, decibels, milliseconds, seconds))
    return found


def _talk(cables: Cables, room: Room, decibels: float, milliseconds: int, seconds: float) -> Echo:
    begun, asked = time.time(), 0
    while time.time() - begun < seconds:
        at = time.time()
        cables.say(said(QUESTIONS[asked % len(QUESTIONS)]))
        asked += 1
        room.answered(at, 40.0)
        time.sleep(0.5)
    heard = room.heard(begun)
    mine = set(words(STORY)) - set(words(" ".join(QUESTIONS)))
    own = sum(len(set(words(text)) & mine) >= 2 for text in heard)
    return Echo(decibels, milliseconds, asked, max(0, len(heard) - asked), own)


class Barge(msgspec.Struct, frozen=True):
    """Speech over his voice: seconds until he is 6 dB quieter and until he is silent, and the word error rate."""

    quieter: list[float]
    stopped: list[float]
    rates: list[float]
    tried: int


def interruptions(cables: Cables, rounds: int, echo: tuple[float, int] | None = None) -> Barge:
    """Interrupt his story again and again."""
    returning = cables.echo(*echo) if echo else nullcontext()
    with ScriptedModel(_story_or_okay) as model, _room(cables, model) as room, returning:
        return _interrupted(cables, room, rounds)


def _story_or_okay(asked: str) -> str:
    return STORY if "story" in asked.casefold() else "Okay."


def _room(cables: Cables, model: ScriptedModel) -> Room:
    return Room(cables, f"llm.base_url={model.base_url}", "llm.model=script")


def _interrupted(cables: Cables, room: Room, rounds: int) -> Barge:
    quieter, stopped, rates = [], [], []
    reference = _envelope(cables, room)
    for number in range(rounds):
        started = _story(cables, room)
        time.sleep(max(0.0, started + 2.5 + 0.3 * (number % 4) - time.time()))
        text = INTERRUPTIONS[number % len(INTERRUPTIONS)]
        begun = time.time()
        first, last = cables.say(said(text, ("hibari", "flite")[number % 2]))
        time.sleep(1.0)
        times, levels = cables.bot.levels(started, last + 3.0)
        quieter.append(_quieter(times, levels, reference, started, first))
        stopped.append(_silent(times, levels, first))
        room.settle(40.0)
        heard = room.heard(begun)
        rates.append(min((errors(text, one).rate for one in heard), default=1.0))
    return Barge(quieter, stopped, rates, rounds)


def _story(cables: Cables, room: Room) -> float:
    """Ask for the story; when its first sound came."""
    _, ended = cables.say(said("Tell me a story."))
    return cables.bot.first_sound(ended - 0.3, 15.0) or time.time()


def _envelope(cables: Cables, room: Room) -> Any:
    """The level of the whole story, block by block from its first sound, undisturbed."""
    started = _story(cables, room)
    room.settle(60.0)
    _, levels = cables.bot.levels(started, time.time())
    return levels


def _quieter(times: Any, levels: Any, reference: Any, started: float, since: float) -> float:
    size = min(len(levels), len(reference))
    for at in range(0, size - 8):
        if times[at] < since:
            continue
        window = slice(at, at + 8)
        was = float(np.sqrt((reference[window] ** 2).mean()))
        now = float(np.sqrt((levels[window] ** 2).mean()))
        if was > 0.01 and now < was / 2:
            return float(times[at] - since)
    return 9.0


def _silent(times: Any, levels: Any, since: float) -> float:
    """From `since` to the beginning of the first 0.4 s without sound."""
    quiet = 0
    for at, level in zip(times, levels, strict=True):
        if at < since:
            continue
        quiet = quiet + 1 if level < 0.004 else 0
        if quiet == 40:
            return float(at - since - 0.4)
    return 9.0


def murmurs(cables: Cables, count: int) -> list[tuple[str, bool]]:
    """Backchannels, coughs, laughter, knocks and music over his voice: each with whether his reply ended for it."""
    sounds = _murmurs(count)
    found = []
    with ScriptedModel(lambda _: STORY) as model, _room(cables, model) as room:
        pending = list(sounds.items())
        while pending:
            begun = time.time()
            _story(cables, room)
            played = []
            while pending and _playing(cables, room, begun) and len(played) < 4:
                time.sleep(1.2)
                name, sound = pending.pop(0)
                cables.say(sound)
                time.sleep(1.3)
                ended = bool(room.since(begun, "ReplyEnded"))
                found.append((name, ended and _cut(room, begun)))
                played.append(name)
                if ended:
                    break
            room.settle(60.0)
    return found


def _playing(cables: Cables, room: Room, begun: float) -> bool:
    return not room.since(begun, "ReplyEnded")


def _cut(room: Room, begun: float) -> bool:
    return any(event.fields.get("outcome") != "said" for event in room.since(begun, "ReplyEnded"))


def _murmurs(count: int) -> dict[str, Any]:
    human = {f"human {name}": sound for name, sound in noises_of_people().items()}
    spoken = {
        f"synthetic {text} ({voice})": said(text, voice)
        for voice in ("hibari", "flite", "en-gb")
        for text in MURMURS
    }
    made = {f"made knock {n}": knocks(n, n) for n in (1, 2, 3, 4)} | {
        f"made music {n}": music(2.0, n) for n in range(4)
    }
    groups = [list(group.items()) for group in (human, spoken, made)]
    mixed: dict[str, Any] = {}
    while len(mixed) < count and any(groups):
        for group in groups:
            if group:
                mixed.update([group.pop(0)])
    return dict(list(mixed.items())[:count])


def alone(cables: Cables, seconds: float) -> list[str]:
    """What he took for speech in so many seconds of noise, babble and music without a speaker near."""
    part = seconds / 5
    scenes = (pink(part, -60), pink(part, -45, 2), pink(part, -35, 3), babble(part) // 10, music(part))
    with ScriptedModel(lambda _: "What?") as model, _room(cables, model) as room:
        begun = time.time()
        for sound in scenes:
            cables.say(sound)
        time.sleep(3.0)
        return room.heard(begun)
