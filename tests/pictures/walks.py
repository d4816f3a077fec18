"""A walk shown to what measures distances by what moves past."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from actors.vision.depth.flow import small_grey
from actors.vision.depth.passing import Passing, Shot, advance
from actors.vision.depth.travel import Heard
from config.schema import ComputerVision
from tests.pictures.judge import median_error
from tests.pictures.studio import WALK_EVERY, Walk

BEGUN = 100.0
"""Seconds at which a walk begins; before that the body went as fast."""


class Measured(NamedTuple):
    """Of walks of one way. pairs: distances said and true, in metres. pictures: in which any were told, of `shown`."""

    pairs: tuple[tuple[float, float], ...] = ()
    pictures: int = 0
    shown: int = 0

    def __str__(self) -> str:
        cells = len(self.pairs) / self.pictures if self.pictures else 0.0
        told = f"told in {self.pictures} of {self.shown} pictures, {cells:.0f} of 144 cells"
        return f"{told}, wrong by {median_error(self.pairs):.0%} (median)" if self.pairs else told


def measured(walks: Iterable[Walk]) -> Measured:
    """What is told of the distances on these walks. The first picture of each has nothing to be compared with."""
    pairs: list[tuple[float, float]] = []
    pictures = shown = 0
    for walk in walks:
        right, forward, turning = walk.speeds
        heard = (Heard(BEGUN - 1.0, (right, 0.0, forward), math.radians(turning)),)
        passing = Passing()
        for number, drawn in enumerate(walk.pictures):
            shot = Shot(BEGUN + number * WALK_EVERY, small_grey(drawn.picture))
            passing, seen = advance(passing, shot, heard, ComputerVision().fov)
            shown += number > 0
            if seen is not None:
                pictures += 1
                both = zip(seen.metres, drawn.labels["distances"], strict=True)
                pairs += [(said, true) for said, true in both if said > 0.0 and true > 0.0]
    return Measured(tuple(pairs), pictures, shown)
