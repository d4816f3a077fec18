"""Whether the body gets on: what is pressed for a while and moves nothing, something is in the way. Pure."""

import math

import msgspec

from actors.avatar.messages import BodyMoved
from actors.avatar.movement.steering import WALKING, Drive
from actors.vocabulary.type_names import durable

STANDS = 1.2  # seconds of pressing without getting faster after which something is in the way
STRAYS = 4.0  # seconds without getting nearer, such as along a wall
NEARER = 0.1  # metres, or degrees, that count
SLOW = 0.25  # the part of the speed that was asked for, below which it stands


@durable("avatar.Progress")
class Progress(msgspec.Struct, frozen=True):
    """least: what was left at best. nearer_at: when it was (monotonic seconds).

    moved_at: when the body last moved as it was asked to, or was not asked to."""

    least: float = math.inf
    nearer_at: float = 0.0
    moved_at: float = 0.0


def begun(now: float) -> Progress:
    """Nothing was pressed before `now`."""
    return Progress(nearer_at=now, moved_at=now)


def went_on(before: Progress, drive: Drive, body: BodyMoved, now: float) -> Progress:
    """After a look at `now`, when `drive` had been pressed since the last one."""
    moved_at = now if _obeys(drive, body) else before.moved_at
    if not drive.presses:
        return Progress(nearer_at=now, moved_at=moved_at)
    if drive.left < before.least - NEARER:
        return Progress(drive.left, now, moved_at)
    return msgspec.structs.replace(before, moved_at=moved_at)


def obstacle(progress: Progress, now: float, *, follows: bool) -> str:
    """Why it gets no further; "" if it does. follows: the goal moves itself."""
    if now - progress.moved_at > STANDS:
        return "it does not move: something is in the way, or VRChat tells nothing of its movement"
    if not follows and now - progress.nearer_at > STRAYS:
        return "it gets no nearer: something is in the way"
    return ""


def _obeys(drive: Drive, body: BodyMoved) -> bool:
    if drive.forward:
        return math.hypot(body.velocity.x, body.velocity.z) > SLOW * abs(drive.forward) * WALKING
    return not drive.turn or abs(body.turning) > 1.0
