"""Which inputs bring the body nearer to its goal: pure functions of where it is felt to be.

What is felt is late by a few tenths of a second: so all turns and stops slow down before their end."""

import math
from itertools import pairwise

import msgspec

from actors.avatar.messages import BodyMoved
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Vector3

LATENCY = 0.3  # seconds from a press until it is felt, or about so
WALKING = 2.0  # metres a second at full deflection
TURNED = 3.0  # degrees that are near enough
GAIN = 1.6  # degrees a second for each degree that is left to turn
SLOWS = 1.2  # metres a second for each metre that is left to walk
WEAKEST_TURN, WEAKEST_STEP = 0.08, 0.2  # deflections below which the game might not move the body
AHEAD = 35.0  # degrees from straight ahead within which it walks while it turns
PASSED, REACHED = 0.6, 0.35  # metres from a point of the way, and from its end, that are near enough
BACK, PAST = 0.5, 1.0  # metres by which it steps back from what is in the way, and walks on beside it
AGAIN = 0.4  # metres beyond its distance from which on it follows somebody again


@durable("avatar.Drive")
class Drive(msgspec.Struct, frozen=True):
    """Deflections in [-1, 1]. there: nothing is left to do. left: metres, or degrees where it only turns."""

    forward: float = 0.0
    turn: float = 0.0
    there: bool = False
    left: float = 0.0

    @property
    def presses(self) -> bool:
        """Whether the body should move or turn."""
        return bool(self.forward or self.turn)


@durable("avatar.Aim")
class Aim(msgspec.Struct, frozen=True):
    """Where the body is to go: through `points`, in its frame, up to `near` metres from the last one.

    yaw: degrees to look at where there is no point. back: walk to the point backwards. stays: whether it goes on
    standing there, looking at the point, to follow it again. around: what to pass first, since something is in the
    way."""

    points: tuple[Vector3, ...] = ()
    near: float = REACHED
    yaw: float = 0.0
    back: bool = False
    walks: bool = True
    stays: bool = False
    around: tuple[Vector3, ...] = ()


@durable("avatar.Gait")
class Gait(msgspec.Struct, frozen=True):
    """speed: the largest deflection of walking. turning: degrees a second at full deflection of turning."""

    speed: float = 1.0
    turning: float = 150.0


def passed(aim: Aim, body: BodyMoved) -> Aim:
    """`aim` without the points of its way that lie behind."""
    if aim.around:
        is_there = _gap(aim.around[0], body.position) <= REACHED
        return msgspec.structs.replace(aim, around=aim.around[1:]) if is_there else aim
    points = aim.points
    while len(points) > 1 and (
        _gap(points[0], body.position) <= PASSED
        or _gap(points[1], body.position) <= _gap(points[0], points[1])
    ):
        points = points[1:]
    return msgspec.structs.replace(aim, points=points) if points != aim.points else aim


def in_flight(degrees: float, turn: float, gait: Gait, seconds: float) -> float:
    """Degrees that were turned and are not felt yet, after `turn` was pressed for so long; before it were `degrees`."""
    return degrees * max(0.0, 1.0 - seconds / LATENCY) + turn * gait.turning * seconds


def steered(aim: Aim, body: BodyMoved, gait: Gait, *, stands: bool = False, flight: float = 0.0) -> Drive:
    """What to press now. stands: it is within reach of whom it follows and waits there. flight: see `in_flight`."""
    if not aim.points:
        return _turned(_wrapped(aim.yaw - body.yaw), gait, flight)
    way = (*aim.around, *aim.points)
    gap = _gap(way[0], body.position)
    error = _error(way[0], body, back=aim.back) if gap > 0.05 else 0.0
    left = gap + sum(_gap(one, other) for one, other in pairwise(way)) - aim.near
    if not aim.walks:
        return _turned(error, gait, flight)
    turn = _turn(error - flight, gait)
    if left <= (AGAIN if stands else 0.0):
        # Whom it follows or has come to it looks at; a way ends as it ends.
        faces = aim.near > REACHED and abs(error) > TURNED
        return Drive(0.0, turn if faces else 0.0, not faces and not aim.stays, 0.0)
    return Drive(_step(left, error, gait, back=aim.back), turn, False, left)


def _turned(error: float, gait: Gait, flight: float) -> Drive:
    return Drive(0.0, _turn(error - flight, gait), abs(error) <= TURNED, abs(error))


def sidestep(aim: Aim, body: BodyMoved, aside: float) -> Aim:
    """`aim` by way of `aside` metres to the right of what is in the way: back a little, to the side, and past it."""
    goal, place = aim.points[0], body.position
    east, north = goal.x - place.x, goal.z - place.z
    length = math.hypot(east, north) or 1.0
    east, north = east / length, north / length

    def beside(ahead: float) -> Vector3:
        x, z = ahead * east + aside * north, ahead * north - aside * east
        return Vector3(place.x + x, place.y, place.z + z)

    return msgspec.structs.replace(aim, around=(beside(-BACK), beside(PAST)))


def seen_from(body: BodyMoved, bearing: float, distance: float) -> Vector3:
    """The point that lies there, as the body is. bearing: degrees to the right. distance: metres."""
    angle = math.radians(body.yaw + bearing)
    place = body.position
    return Vector3(place.x + distance * math.sin(angle), place.y, place.z + distance * math.cos(angle))


def is_moving(body: BodyMoved) -> bool:
    """Whether the body goes or turns, as it is felt."""
    return math.hypot(body.velocity.x, body.velocity.z) > 0.1 or abs(body.turning) > 4.0


def _step(left: float, error: float, gait: Gait, *, back: bool) -> float:
    if abs(error) > AHEAD:
        return 0.0
    wish = min(gait.speed, max(WEAKEST_STEP, left * SLOWS / WALKING)) * math.cos(math.radians(error))
    return -wish if back else wish


def _turn(error: float, gait: Gait) -> float:
    if abs(error) <= TURNED:
        return 0.0
    wish = min(1.0, max(WEAKEST_TURN, abs(error) * GAIN / gait.turning))
    return math.copysign(wish, error)


def _error(point: Vector3, body: BodyMoved, *, back: bool) -> float:
    """Degrees to turn right until the point is ahead, or behind."""
    place = body.position
    heading = math.degrees(math.atan2(point.x - place.x, point.z - place.z))
    return _wrapped(heading - body.yaw + (180.0 if back else 0.0))


def _gap(one: Vector3, other: Vector3) -> float:
    return math.hypot(one.x - other.x, one.z - other.z)


def _wrapped(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0
