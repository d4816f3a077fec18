"""How the state of the first screen looks: what was heard of a reply, how loud it is, how long the
stages took. Pure."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from actors.vocabulary.words import joined
from supervisor.control.sight_label import label
from supervisor.page.screens.now.state import Exchange, Latency, Level, Sight, Usual

QUIETEST = -60.0
"""Decibels at the left end of the meter; the right one is full scale."""
FAR_RIGHT = 0.6
"""Share of the picture's width from which on a text would leave it."""
STAGES = {
    "end_of_speech": "silence",
    "recognition": "hearing",
    "first_sentence": "thinking",
    "synthesis": "voice",
    "first_audio": "device",
}
"""The stages of a bar, in order, and what people call them."""
OUTCOMES = {"cancelled": "cut off", "failed": "failed", "ignored": "not answered"}


class Piece(NamedTuple):
    """A part of a reply. how: said, saying (it is being said), next (it will be), unsaid."""

    text: str
    how: str


class Part(NamedTuple):
    """A stage of a bar: where it begins and how long it is, in per cent of the longest bar."""

    name: str
    seconds: float
    left: float
    width: float


class Bar(NamedTuple):
    """A turn's latency, or the usual one. total: seconds from the end of speech to the first sound, or of all the
    stages together."""

    name: str
    total: float
    parts: tuple[Part, ...]


class Drawn(NamedTuple):
    """A box on the picture, in its pixels. kind: named, unnamed or thing. dim: it was seen a moment ago.

    text: who or what it is, and how far, to be written from `at` on to the right, or with `ends` up to there."""

    left: float
    top: float
    width: float
    height: float
    text: str
    kind: str
    dim: bool
    at: float
    ends: bool


def pieces(one: Exchange) -> tuple[Piece, ...]:
    """The reply, by what became of each part."""
    if not one.outcome:
        return tuple(Piece(text, _stands(number, one.begun)) for number, text in enumerate(one.sentences))
    if one.outcome == "said":
        return tuple(Piece(text, "said") for text in one.sentences)
    return tuple(_cut(one))


def _stands(number: int, begun: int) -> str:
    return "said" if number < begun - 1 else "saying" if number == begun - 1 else "next"


def _cut(one: Exchange) -> list[Piece]:
    """Up to the word that was heard last."""
    found: list[Piece] = []
    for number, text in enumerate(one.sentences):
        before = joined(one.sentences[:number])
        heard = one.heard[len(before) :].strip() if len(one.heard) > len(before) else ""
        if heard.startswith(text):
            found.append(Piece(text, "said"))
        elif heard and text.startswith(heard):
            found += [Piece(heard, "said"), Piece(text[len(heard) :].strip(), "unsaid")]
        else:
            found.append(Piece(text, "unsaid"))
    return found


def verdict(one: Exchange) -> str:
    """What became of a turn, where that is not what one expects; "" where it is."""
    if one.outcome == "said":
        return one.detail
    word = OUTCOMES.get(one.outcome, "")
    return f"{word}: {one.detail}" if word and one.detail else word


def speaker(one: Exchange) -> str:
    """Who said it, and how sure that is."""
    sure = f"{one.certainty:.0%} sure"
    if one.known:
        return one.person if one.certainty >= 1.0 else f"{one.person}, {sure}"
    return f"somebody (the best guess is {sure})" if 0.0 < one.certainty < 1.0 else "somebody"


def decibels(factor: float) -> float:
    """Of a share of full scale, not below QUIETEST."""
    return max(QUIETEST, 20.0 * math.log10(max(factor, 1e-6)))


def meter(level: Level) -> tuple[int, int]:
    """How far the meter goes, and where its peak stands, in per cent."""
    loud, peak = (100.0 * (1.0 - decibels(one) / QUIETEST) for one in (level.level, level.peak))
    return round(loud), round(peak)


def bars(latencies: tuple[Latency, ...], usual: Usual) -> tuple[Bar, ...]:
    """One for each turn that had a stage of a bar, the newest first, and at the end what is usual."""
    timed = [(str(one.turn), one, _seconds(one.seconds)) for one in reversed(latencies)]
    timed.append(("usual", Latency(0), _seconds(usual.seconds)))
    longest = max((sum(parts.values()) for _, _, parts in timed), default=0.0)
    return tuple(Bar(name, _total(one, parts), _parts(parts, longest)) for name, one, parts in timed if parts)


def _seconds(seconds: Mapping[str, float]) -> Mapping[str, float]:
    return {stage: seconds[stage] for stage in STAGES if seconds.get(stage, 0.0) > 0.0}


def _parts(seconds: Mapping[str, float], longest: float) -> tuple[Part, ...]:
    parts, left = [], 0.0
    for stage, took in seconds.items():
        width = 100.0 * took / longest
        parts.append(Part(STAGES[stage], took, round(left, 2), round(width, 2)))
        left += width
    return tuple(parts)


def _total(one: Latency, seconds: Mapping[str, float]) -> float:
    ended, begun = one.reached.get("speech_ended"), one.reached.get("first_audio")
    # Stages overlap where it thought ahead, so that together they take longer than the turn did.
    return begun - ended if ended is not None and begun is not None else sum(seconds.values())


def boxes(sight: Sight) -> tuple[Drawn, ...]:
    """The farthest first, so that the nearest is drawn over it."""
    return tuple(_drawn(one, sight.width, sight.height) for one in reversed(sight.sights))


def _drawn(one: Mapping[str, Any], width: int, height: int) -> Drawn:
    box = one["box"]
    kind = "named" if one["person"] else "unnamed" if one["kind"] == "person" else "thing"
    left, top = round(box["left"] * width, 1), round(box["top"] * height, 1)
    wide, high = round(box["width"] * width, 1), round(box["height"] * height, 1)
    ends = box["left"] > FAR_RIGHT
    at = left + wide if ends else left
    away = f" {one['distance']:.1f} m" if one["distance"] else ""
    text = (one["person"] or ("somebody" if one["kind"] == "person" else one["kind"])) + away
    return Drawn(left, top, wide, high, text, kind, not one["found"], at, ends)


def seen(sight: Sight) -> tuple[str, ...]:
    """Who and what is seen, in words, the nearest first."""
    return tuple(label(one) for one in sight.sights)
