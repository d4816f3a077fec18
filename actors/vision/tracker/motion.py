"""Motion and changes of brightness: what the measures of successive pictures mean. Pure."""

import msgspec

from actors.vision.messages import BrightnessChanged, Looked, MotionBegan, MotionEnded
from actors.vocabulary.type_names import durable

BEGINS, ENDS = 0.01, 0.003  # parts of the picture: motion begins above the first, and ends below the second

STILL = 1.0  # seconds of stillness after which motion has ended

BRIGHTER = 0.2

Event = MotionBegan | MotionEnded | BrightnessChanged


@durable("vision.Seen")
class Seen(msgspec.Struct, frozen=True):
    """What is known. since: begin of the motion. last: latest motion. brightness: last told; below 0 for never."""

    moving: bool = False
    since: float = 0.0
    last: float = 0.0
    peak: float = 0.0
    brightness: float = -1.0


def advance(seen: Seen, now: Looked) -> tuple[Seen, tuple[Event, ...]]:
    """What is known after this picture, and what is worth telling."""
    events: list[Event] = []
    if now.amount > (ENDS if seen.moving else BEGINS):
        if not seen.moving:
            events.append(MotionBegan(now.at, now.x, now.y, now.amount))
            seen = msgspec.structs.replace(seen, moving=True, since=now.at, peak=0.0)
        seen = msgspec.structs.replace(seen, last=now.at, peak=max(seen.peak, now.amount))
    elif seen.moving and not 0.0 <= now.at - seen.last < STILL:
        events.append(MotionEnded(now.at, seen.last - seen.since, seen.peak))
        seen = msgspec.structs.replace(seen, moving=False)
    if seen.brightness < 0.0:
        seen = msgspec.structs.replace(seen, brightness=now.brightness)
    elif abs(now.brightness - seen.brightness) >= BRIGHTER:
        events.append(BrightnessChanged(now.at, seen.brightness, now.brightness))
        seen = msgspec.structs.replace(seen, brightness=now.brightness)
    return seen, tuple(events)
