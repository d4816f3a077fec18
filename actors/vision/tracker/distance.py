"""How far somebody or something is: the best of what several senses tell. Pure."""

import math
import statistics

import msgspec

from actors.vision.geometry import PERSON_HEIGHT, bearing, distance_by_height
from actors.vision.messages import PERSON, Box, DistancesSeen, Trend
from actors.vocabulary.type_names import durable

BY_HEIGHT = 0.25  # about how wrong a distance by a person's height is: avatars are of many sizes
EDGE = 0.01  # share of the picture within which a box touches its edge, and may be cut off
OLD = 1.5  # seconds after which a worse distance is better than this one

APART = 1.0, 4.0  # seconds between two distances of which one can tell whether somebody comes
COMES = 0.4  # metres a second from which somebody comes or goes

MIDDLE = 0.6  # share of a box in which distances count: at its edges is the background


@durable("vision.Distance")
class Distance(msgspec.Struct, frozen=True):
    """metres: 0.0 when unknown. error: about how wrong, as a share. source: what told it. at: monotonic seconds.

    speed: metres a second at which it grows, 0.0 while unknown. before: (at, metres) of an earlier one."""

    metres: float = 0.0
    error: float = 1.0
    source: str = ""
    at: float = 0.0
    speed: float = 0.0
    before: tuple[float, float] = (0.0, 0.0)


UNKNOWN_DISTANCE = Distance()


def newer(known: Distance, metres: float, error: float, source: str, at: float) -> Distance:
    """After one more measurement: the better one counts, and a worse one when the better has become old."""
    if metres <= 0.0 or not math.isfinite(metres):
        return known
    if known.source not in ("", source) and error > known.error and at - known.at < OLD:
        return known
    if known.source != source:
        return Distance(metres, error, source, at, known.speed, (at, metres))
    earlier, was = known.before
    speed, before = known.speed, known.before
    if at - earlier >= APART[0]:
        speed = (metres - was) / (at - earlier) if at - earlier <= APART[1] else 0.0
        before = (at, metres)
    return Distance(metres, error, source, at, speed, before)


def by_height(known: Distance, kind: str, box: Box, aspect: float, fov: float, at: float) -> Distance:
    """After somebody was seen in `box`. What touches the upper or lower edge may be cut off: no height then."""
    cut = box.top <= EDGE or box.top + box.height >= 1.0 - EDGE
    if kind != PERSON or cut or box.height <= 0.0:
        return known
    return newer(known, distance_by_height(box, aspect, fov, PERSON_HEIGHT), BY_HEIGHT, "height", at)


def by_grid(known: Distance, box: Box, seen: DistancesSeen, aspect: float, fov: float, at: float) -> Distance:
    """After the depth of the whole picture was told, at `at`: the middle of the box counts."""
    rows = len(seen.metres) // seen.columns if seen.columns > 0 else 0
    if not rows:
        return known
    inside = _inside(box, seen, rows)
    if not inside:
        return known
    # A grid tells depth straight ahead; a distance is along the line of sight.
    aside = math.cos(math.radians(bearing(box.middle[0], aspect, fov)))
    return newer(known, statistics.median(inside) / aside, seen.error, seen.source, at)


def trend(distance: Distance) -> Trend:
    """approaching, leaving, or "" for neither."""
    if abs(distance.speed) < COMES:
        return ""
    return "leaving" if distance.speed > 0.0 else "approaching"


def _inside(box: Box, seen: DistancesSeen, rows: int) -> list[float]:
    """The known distances in the middle of the box; of a small box, that of the cell in which its middle is."""
    x, y = box.middle
    found = [
        metres
        for index, metres in enumerate(seen.metres)
        if metres > 0.0
        and abs((index % seen.columns + 0.5) / seen.columns - x) <= box.width * MIDDLE / 2
        and abs((index // seen.columns + 0.5) / rows - y) <= box.height * MIDDLE / 2
    ]
    if found or not (0.0 <= x < 1.0 and 0.0 <= y < 1.0):
        return found
    at_middle = seen.metres[int(y * rows) * seen.columns + int(x * seen.columns)]
    return [at_middle] if at_middle > 0.0 else []
