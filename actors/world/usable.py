"""What is seen and can be used: where it stands, so that it is found again when it is out of sight. Pure.

Where Gerald looks is known from the game's turning; how far things are, from a depth model or what moves past. Only
what is there to be gone to or sat on counts: not what merely lies about, for Gerald takes nothing into its hands."""

import math
from collections.abc import Iterable

import msgspec

from actors.vision.messages import Sight
from actors.vocabulary.goals import kind_of
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Vector3
from actors.world.navigation import place_of
from actors.world.state import SEAT, WorldState
from actors.world.things import InteractiveElement, placed

# Beside what one sits on, as detectors call it, what is worth going to in a world; those of VRChat need a detector
# that was made for them.
KINDS = frozenset({SEAT, "bed", "mirror", "portal", "door", "button", "lever", "switch"})

SURE = 0.5  # the score from which on it is not only a detector's fancy
NEAR = 8.0  # metres beyond which a wrong bearing puts it somewhere else
STEP = 0.5  # metres by which the body may be beside where it was told to be
ERROR = 0.35  # the largest error of a distance, as a share, that says where it is


@durable("world.Pose")
class Pose(msgspec.Struct, frozen=True):
    """Where the body is and looks, since `at` (epoch seconds). yaw: degrees clockwise from +z."""

    position: Vector3
    yaw: float
    at: float


def noticed(state: WorldState, sights: Iterable[Sight], pose: Pose | None, at: float) -> WorldState:
    """`state` after this was seen in a picture of `at` (epoch seconds); itself where nothing new can be used.

    A body that has moved since the picture was taken says nothing of where things in it are."""
    if pose is None or state.body is None or pose.at > at:
        return state
    elements = state.interactive_elements
    for sight in sights:
        if _counts(sight):
            one = _element(sight, pose, at)
            elements = placed(elements, f"{one.kind} {place_of(one.position)}", one)
    if elements is state.interactive_elements:
        return state
    return msgspec.structs.replace(state, interactive_elements=elements)


def _counts(sight: Sight) -> bool:
    known = 0.0 < sight.distance <= NEAR and sight.error <= ERROR
    return known and sight.found and sight.score >= SURE and kind_of(sight.kind) in KINDS


def _element(sight: Sight, pose: Pose, at: float) -> InteractiveElement:
    way, here = math.radians(pose.yaw + sight.bearing), pose.position
    across, along = sight.distance * math.sin(way), sight.distance * math.cos(way)
    where = Vector3(round(here.x + across, 2), here.y, round(here.z + along, 2))
    off = STEP + sight.distance * sight.error
    return InteractiveElement(kind_of(sight.kind), where, seen_at=at, error=round(off, 2))
