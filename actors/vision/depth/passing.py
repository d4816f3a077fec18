"""Distances of what moves past, picture after picture: which two are compared, and what is told. Pure."""

import math
import statistics
from collections.abc import Sequence

import msgspec

from actors.vision.depth.flow import Followed, Grey, follow
from actors.vision.depth.parallax import FEWEST, depths, grid, turned_away
from actors.vision.depth.travel import Heard, Travel, travelled, unit_of

COLUMNS, ROWS = 16, 9

# Metres of the body's way between the two pictures: more is better up to the first, less than the second says nothing.
FAR, NEAR = 0.3, 0.1
TURNED = 25.0  # degrees between the two: beyond, too little is in both
AGE = 1.2  # seconds between the two
KEPT = 12  # pictures, should many come
MOVES = 0.05  # metres a second from which the body moves
UNSTEADY = 0.3  # share of the way that may be wrong, from which on nothing is told
ALWAYS = 0.1  # share of a distance that the game's velocity and field of view may be wrong by


class Shot(msgspec.Struct, frozen=True):
    """A picture that was kept to compare later ones with. at: epoch seconds."""

    at: float
    grey: Grey


class Passing(msgspec.Struct, frozen=True):
    """What is known from one picture to the next.

    misfits: pictures in a row that did not move as the game says."""

    shots: tuple[Shot, ...] = ()
    pitch: float = 0.0
    misfits: int = 0


class Seen(msgspec.Struct, frozen=True):
    """metres: straight ahead, COLUMNS by ROWS cells, by row from above; 0.0 where unknown."""

    metres: tuple[float, ...]
    error: float


def moves(heard: Sequence[Heard], at: float) -> bool:
    """Whether the body moves at `at`, or did within the time that is looked back to."""
    ended = (*(after.at for after in heard[1:]), at)
    recent = (one for one, end in zip(heard, ended, strict=False) if end > at - AGE)
    return any(math.hypot(*one.velocity) > MOVES for one in recent)


def advance(passing: Passing, shot: Shot, heard: Sequence[Heard], fov: float) -> tuple[Passing, Seen | None]:
    """After one more picture: what is known, and the distances, where anything can be said of them."""
    kept = tuple(
        one for one in passing.shots if 0.0 < shot.at - one.at <= AGE and one.grey.shape == shot.grey.shape
    )
    after = msgspec.structs.replace(passing, shots=(*kept, shot)[-KEPT:])
    chosen = chosen_shot(kept, shot.at, heard)
    if chosen is None:
        return after, None
    before, travel = chosen
    size = shot.grey.shape[0], shot.grey.shape[1]
    followed = follow(
        before.grey, shot.grey, lambda points: turned_away(points, size, travel, fov, passing.pitch)
    )
    return _measured(after, followed, travel, fov)


def chosen_shot(shots: Sequence[Shot], at: float, heard: Sequence[Heard]) -> tuple[Shot, Travel] | None:
    """Which earlier picture to compare one of `at` with, and how the body moved since; None if it hardly did.

    The newest one from which the body came FAR, else the one from which it came farthest."""
    unit = unit_of(heard)
    best: tuple[Shot, Travel] | None = None
    for shot in reversed(shots):
        travel = travelled(heard, shot.at, at, unit)
        if travel is None or abs(travel.turned) > TURNED:
            break
        if (
            travel.metres >= NEAR
            and travel.unsteady <= UNSTEADY
            and (best is None or travel.metres > best[1].metres)
        ):
            best = shot, travel
        if best is not None and best[1].metres >= FAR:
            break
    return best


def _measured(
    passing: Passing, followed: Followed, travel: Travel, fov: float
) -> tuple[Passing, Seen | None]:
    found = depths(followed, travel, fov, passing.pitch)
    replace = msgspec.structs.replace
    if found is None:
        enough = len(followed.before) >= FEWEST  # what is dark or even says nothing at all
        return replace(passing, misfits=passing.misfits + 1 if enough else 0), None
    height, width = followed.size
    metres = grid(found, width / height, fov, COLUMNS, ROWS)
    after = replace(passing, pitch=found.pitch, misfits=0)
    if not any(metres):
        return after, None
    return after, Seen(metres, math.hypot(ALWAYS, travel.unsteady, statistics.median(found.errors.tolist())))
