"""What is seen and what can be used in the world: noted, and forgotten when it has not been seen for a while. Pure."""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person, Vector3

OBJECTS = 64  # objects kept; beyond it the one seen the longest time ago is forgotten

# Interactive elements kept of one visit; beyond it the one used the longest time ago is forgotten.
ELEMENTS = 256

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
    """Something that can be used, at `position` (metres), and when it last was (epoch seconds), such as a seat."""

    kind: str
    position: Vector3 = Vector3()
    used_at: float = 0.0


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
    """`elements` with `element`, which is called `name`."""
    now = {**elements, name: element}
    if len(now) > ELEMENTS:
        del now[min((other for other in now if other != name), key=lambda other: now[other].used_at)]
    return now


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
