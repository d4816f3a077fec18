"""What is seen and what can be used in the world: noted, and forgotten when it has not been seen for a while. Pure."""

import math
from collections.abc import Mapping

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person, Vector3

OBJECTS = 64  # objects kept; beyond it the one seen the longest time ago is forgotten

# Interactive elements kept of one visit; beyond it the one used or seen the longest time ago is forgotten, what was
# only seen before what was used.
ELEMENTS = 256

SAME = 1.5  # metres within which two of a kind are one, met twice
BETTER = 0.7  # times the error before, from which on it is known better where something is

FADES = 30.0  # seconds after which something not seen again is dropped

_ROWS, _COLUMNS = ("above", "", "below"), ("on the left", "", "on the right")


@durable("world.WorldObject")
class WorldObject(msgspec.Struct, frozen=True):
    """A thing seen: kind, certainty (0 to 1), and when last (epoch seconds). position: where Gerald stood, in metres.

    x, y: where in the picture, in [0, 1], from left and top. person: who it is, where that is known. distance: metres,
    rounded, 0.0 when unknown. since: epoch seconds. trend: approaching, leaving, or "" for neither."""

    kind: str
    position: Vector3 = Vector3()
    confidence: float = 0.0
    seen_at: float = 0.0
    x: float = 0.5
    y: float = 0.5
    person: Person = UNKNOWN
    distance: float = 0.0
    since: float = 0.0
    trend: str = ""


@durable("world.InteractiveElement")
class InteractiveElement(msgspec.Struct, frozen=True):
    """Something that can be used, at `position` (metres), and when it last was (epoch seconds), such as a seat.

    What was only seen was never used (0.0); seen_at: when it was, error: about how many metres it may be off."""

    kind: str
    position: Vector3 = Vector3()
    used_at: float = 0.0
    seen_at: float = 0.0
    error: float = 0.0


def region(x: float, y: float) -> str:
    """Where in the picture, in words: its thirds from the left and from above; "ahead" for the middle."""
    row, column = (min(2, max(0, int(3 * part))) for part in (y, x))
    return " ".join(filter(None, (_ROWS[row], _COLUMNS[column]))) or "ahead"


def seen(objects: Mapping[str, WorldObject], name: str, thing: WorldObject) -> Mapping[str, WorldObject]:
    """`objects` with `thing`, which is called `name`."""
    now = {**aged(objects, thing.seen_at), name: thing}
    if len(now) > OBJECTS:
        del now[min((other for other in now if other != name), key=lambda other: now[other].seen_at)]
    return now


def aged(objects: Mapping[str, WorldObject], now: float) -> Mapping[str, WorldObject]:
    """`objects` as they are at `now` (epoch seconds), without those not seen for long; itself when all are left."""
    left = {name: thing for name, thing in objects.items() if now - thing.seen_at < FADES}
    return objects if len(left) == len(objects) else left


def used(
    elements: Mapping[str, InteractiveElement], name: str, element: InteractiveElement
) -> Mapping[str, InteractiveElement]:
    """`elements` with `element`, which is called `name`, in place of what was only seen there."""
    seen_there = {other for other in _same(elements, element) if not elements[other].used_at}
    now = {other: one for other, one in elements.items() if other not in seen_there} | {name: element}
    if len(now) > ELEMENTS:
        del now[min((other for other in now if other != name), key=lambda other: _worth(now[other]))]
    return now


def placed(
    elements: Mapping[str, InteractiveElement], name: str, element: InteractiveElement
) -> Mapping[str, InteractiveElement]:
    """`elements` after `element` was seen; itself where it is known as well already. name: what a new one is called."""
    known = _same(elements, element)
    if any(elements[other].error * BETTER <= element.error for other in known):
        return elements
    return used(elements, name, element)


def _same(elements: Mapping[str, InteractiveElement], one: InteractiveElement) -> tuple[str, ...]:
    """The names of those that may be this one."""
    return tuple(
        name for name, other in elements.items() if other.kind == one.kind and _apart(other, one) <= SAME
    )


def _apart(one: InteractiveElement, other: InteractiveElement) -> float:
    a, b = one.position, other.position
    return math.dist((a.x, a.y, a.z), (b.x, b.y, b.z))


def _worth(one: InteractiveElement) -> tuple[float, float]:
    return one.used_at, one.seen_at


def things_faults(
    objects: Mapping[str, WorldObject], elements: Mapping[str, InteractiveElement]
) -> tuple[str, ...]:
    """What is invalid in these."""
    sizes = {"objects": (len(objects), OBJECTS), "interactive_elements": (len(elements), ELEMENTS)}
    found = [f"{name}: {size} entries, at most {most}" for name, (size, most) in sizes.items() if size > most]
    found += [
        f"objects.{name}: confidence is not in [0, 1]"
        for name, thing in objects.items()
        if not 0.0 <= thing.confidence <= 1.0
    ]
    return tuple(found)
