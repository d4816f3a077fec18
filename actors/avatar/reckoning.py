"""Dead reckoning: where the body is, from how fast it moves and turns, where the game does not share the head's pose.

Pure. x is to the right of north, z north, y up; yaw counts clockwise from north, in degrees, as Unity's does. What it
cannot know is a respawn or a portal within a world, since the velocity says nothing of them."""

import math

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Vector3

RADIAN = math.degrees(1.0)
# VRChat does not document whether AngularY counts radians or degrees a second. Nobody turns by so many radians a
# second: a value beyond it shows that it counts degrees.
IMPLAUSIBLE = 20.0

# Seconds for which the last velocity is taken to last: VRChat tells changes only, and no input is held for longer.
HOLDS = 10.0

DRIFT = 0.05  # metres by which a metre may be wrong: datagrams are handled a little late
SEATED_APART = 1.0  # metres by which sitting down or standing up may move the body
LOST = 6.0  # metres of drift beyond which earlier positions are not worth comparing with


@durable("avatar.Reckoning")
class Reckoning(msgspec.Struct, frozen=True):
    """known: whether the position means anything. reckoned: by velocities, not told by the game. yaw: degrees.

    frame: since when (epoch seconds) positions count from the same origin; 0 for the game's own coordinates. Those of
    two frames cannot be compared. drift: metres by which the position may be off. unit: degrees a second that AngularY
    counts as 1."""

    known: bool = False
    reckoned: bool = False
    frame: float = 0.0
    yaw: float = 0.0
    drift: float = 0.0
    unit: float = RADIAN


@durable("avatar.Whereabouts")
class Whereabouts(msgspec.Struct, frozen=True):
    """position: metres in the frame of `reckoning`."""

    position: Vector3 = Vector3()
    reckoning: Reckoning = Reckoning()


def begun(reckoning: Reckoning, at: float) -> Whereabouts:
    """From `at` (epoch seconds) on positions count from where the body is now, and yaw from where it looks."""
    return Whereabouts(Vector3(), Reckoning(known=True, reckoned=True, frame=at, unit=reckoning.unit))


def told(reckoning: Reckoning, position: Vector3, yaw: float) -> Whereabouts:
    """The game tells where the head is."""
    return Whereabouts(position, Reckoning(known=True, yaw=wrapped(yaw), unit=reckoning.unit))


def elapsed(where: Whereabouts, velocity: Vector3, angular: float, seconds: float, at: float) -> Whereabouts:
    """The body has moved by `velocity` (metres a second, in its own frame) and turned by AngularY `angular` for so many
    seconds, until `at` (epoch seconds)."""
    before = where.reckoning
    turned = angular * before.unit * seconds
    middle = math.radians(before.yaw + turned / 2.0)
    east = velocity.x * math.cos(middle) + velocity.z * math.sin(middle)
    north = velocity.z * math.cos(middle) - velocity.x * math.sin(middle)
    metres = math.hypot(east, velocity.y, north) * seconds
    drift = before.drift + DRIFT * abs(metres)
    if drift > LOST:
        return begun(before, at)
    place = where.position
    position = Vector3(place.x + east * seconds, place.y + velocity.y * seconds, place.z + north * seconds)
    yaw = wrapped(before.yaw + turned)
    return Whereabouts(position, msgspec.structs.replace(before, yaw=yaw, drift=drift, reckoned=True))


def in_unit(reckoning: Reckoning, angular: float) -> Reckoning:
    """`reckoning` with the unit that AngularY has, as far as this value tells."""
    counts_degrees = abs(angular) > IMPLAUSIBLE
    return msgspec.structs.replace(reckoning, unit=1.0) if counts_degrees else reckoning


def apart(reckoning: Reckoning, metres: float) -> Reckoning:
    """Something moved the body by up to `metres` that no velocity told."""
    return msgspec.structs.replace(reckoning, drift=reckoning.drift + metres)


def wrapped(degrees: float) -> float:
    """The same angle in [-180, 180)."""
    return (degrees + 180.0) % 360.0 - 180.0
