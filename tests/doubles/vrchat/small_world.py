"""A small game world: walls, people who walk, and a body that VRChat's inputs move. Pure: only `advance` moves time.

Metres, seconds and degrees; x is east, z north, and a bearing counts clockwise from north, as Unity's yaw does."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from actors.behaviour.plans import FULL_TURN

TURNING = 360.0 / FULL_TURN  # degrees a second at full deflection of LookHorizontal
WALKING, RUNNING = 2.0, 4.0  # metres a second
GAINS = 12.0  # metres a second that the speed changes by in a second
RADIUS = 0.25  # of the body and of people
EYES = 1.6  # metres above the floor
LEAP, GRAVITY = 3.0, 9.81
FRAME = 1.0 / 60.0

Point = tuple[float, float]
Value = bool | float
Pose = tuple[float, float, float, float, float, float]

_FORWARD = {"Vertical": 1.0, "MoveForward": 1.0, "MoveBackward": -1.0}
_SIDEWAYS = {"Horizontal": 1.0, "MoveRight": 1.0, "MoveLeft": -1.0}
_TURN = {"LookHorizontal": 1.0, "LookRight": 1.0, "LookLeft": -1.0}
INPUTS = frozenset((*_FORWARD, *_SIDEWAYS, *_TURN, "Jump", "Run"))
"""The inputs that move the body; all others have no effect here."""


@dataclass(frozen=True, slots=True)
class Wall:
    """A straight wall from `start` to `end` that nobody can pass."""

    start: Point
    end: Point


@dataclass(slots=True)
class Walker:
    """Somebody in the world, who goes along `route` at `speed` and stops at its end. at: where they are."""

    name: str
    at: Point
    route: tuple[Point, ...] = ()
    speed: float = 1.2

    def advance(self, seconds: float) -> None:
        """Go on for so long."""
        left = self.speed * seconds
        while self.route and left > 0.0:
            gap = math.dist(self.at, self.route[0])
            if gap <= left:
                self.at, self.route, left = self.route[0], self.route[1:], left - gap
            else:
                share = left / gap
                self.at = _between(self.at, self.route[0], share)
                left = 0.0


@dataclass(slots=True)
class SmallWorld:
    """at: where the body stands. yaw: where it looks. velocity: east and north. walls, people: as they are now.

    turning: degrees a second at full deflection. angular_unit: degrees a second that AngularY counts as 1: it is not
    documented whether the game means radians or degrees."""

    walls: tuple[Wall, ...] = ()
    people: dict[str, Walker] = field(default_factory=dict)
    at: Point = (0.0, 0.0)
    yaw: float = 0.0
    turning: float = TURNING
    angular_unit: float = math.degrees(1.0)
    velocity: Point = (0.0, 0.0)
    height: float = 0.0
    climbing: float = 0.0
    seated: bool = False
    time: float = 0.0
    inputs: dict[str, float] = field(default_factory=dict)
    _sent: dict[str, Value] = field(default_factory=dict)
    _angular: float = 0.0

    # -- what goes in

    def apply(self, name: str, value: float) -> None:
        """Input `name` (of /input/NAME) has this value from now on. One that moves nothing is passed over."""
        if name not in INPUTS:
            return
        if name == "Jump" and value and not self.inputs.get("Jump") and self.height == 0.0:
            self.climbing = LEAP
        if value:
            self.inputs[name] = max(-1.0, min(1.0, float(value)))
        else:
            self.inputs.pop(name, None)

    def add(self, *people: Walker) -> None:
        """These are here from now on."""
        self.people |= {one.name: one for one in people}

    def respawn(self, at: Point = (0.0, 0.0), yaw: float = 0.0) -> None:
        """The body is elsewhere at once, and stands."""
        self.at, self.yaw, self.velocity = at, yaw, (0.0, 0.0)

    def advance(self, seconds: float) -> Mapping[str, Value]:
        """Let time pass; the parameters that have changed since they were told last, as the game sends them."""
        left = seconds
        while left > 1e-9:
            step = min(FRAME, left)
            self._step(step)
            left -= step
        return self.changed()

    # -- what comes out

    @property
    def parameters(self) -> Mapping[str, Value]:
        """All parameters of movement, by name (without /avatar/parameters/). Velocities are in the body's frame."""
        forward, right = self._axes()
        return {
            "VelocityX": _rounded(_dot(self.velocity, right)),
            "VelocityY": _rounded(self.climbing),
            "VelocityZ": _rounded(_dot(self.velocity, forward)),
            "VelocityMagnitude": _rounded(math.hypot(*self.velocity, self.climbing)),
            "AngularY": _rounded(self._angular / self.angular_unit),
            "Upright": 1.0,
            "Grounded": self.height == 0.0,
            "Seated": self.seated,
            "InStation": self.seated,
        }

    @property
    def pose(self) -> Pose:
        """The head's, as in /tracking/vrsystem/head/pose: position in metres, then Euler degrees."""
        return (self.at[0], EYES + self.height, self.at[1], 0.0, self.yaw, 0.0)

    def changed(self) -> Mapping[str, Value]:
        """The parameters whose values are not those that were told last."""
        now = self.parameters
        new = {name: value for name, value in now.items() if self._sent.get(name) != value}
        self._sent = dict(now)
        return new

    def sight(self, name: str, *, through: bool = False) -> tuple[float, float] | None:
        """Bearing to somebody (degrees to the right of where the body looks) and distance; None behind a wall that
        cannot be looked through."""
        there = self.people[name].at
        if not through and any(_crosses(wall, self.at, there) for wall in self.walls):
            return None
        return self.bearing(there), math.dist(self.at, there)

    def bearing(self, point: Point) -> float:
        """Degrees to the right of where the body looks, in [-180, 180)."""
        east, north = point[0] - self.at[0], point[1] - self.at[1]
        return (math.degrees(math.atan2(east, north)) - self.yaw + 180.0) % 360.0 - 180.0

    # -- inside

    def _axes(self) -> tuple[Point, Point]:
        yaw = math.radians(self.yaw)
        return (math.sin(yaw), math.cos(yaw)), (math.cos(yaw), -math.sin(yaw))

    def _deflection(self, inputs: Mapping[str, float]) -> float:
        held = sum(sign * self.inputs.get(name, 0.0) for name, sign in inputs.items())
        return max(-1.0, min(1.0, held))

    def _step(self, seconds: float) -> None:
        self.time += seconds
        self._angular = self.turning * self._deflection(_TURN)
        self.yaw = (self.yaw + self._angular * seconds) % 360.0
        self._walk(seconds)
        self._fall(seconds)
        for one in self.people.values():
            one.advance(seconds)

    def _walk(self, seconds: float) -> None:
        forward, right = self._axes()
        speed = 0.0 if self.seated else RUNNING if self.inputs.get("Run") else WALKING
        ahead, aside = speed * self._deflection(_FORWARD), speed * self._deflection(_SIDEWAYS)
        wanted = (ahead * forward[0] + aside * right[0], ahead * forward[1] + aside * right[1])
        self.velocity = _towards(self.velocity, wanted, GAINS * seconds)
        there = (self.at[0] + self.velocity[0] * seconds, self.at[1] + self.velocity[1] * seconds)
        free = self._slid(there)
        self.velocity = ((free[0] - self.at[0]) / seconds, (free[1] - self.at[1]) / seconds)
        self.at = free

    def _slid(self, there: Point) -> Point:
        """Where the body comes to that wants to go there: along a wall, not through it."""
        for wall in self.walls:
            nearest = _nearest(wall, there)
            gap = math.dist(nearest, there)
            if _crosses(wall, self.at, there):
                return self.at
            if gap < RADIUS:
                push = (RADIUS - gap) / gap if gap else 0.0
                there = (
                    there[0] + push * (there[0] - nearest[0]),
                    there[1] + push * (there[1] - nearest[1]),
                )
        return there

    def _fall(self, seconds: float) -> None:
        if self.climbing or self.height:
            self.height += self.climbing * seconds
            self.climbing -= GRAVITY * seconds
            if self.height <= 0.0:
                self.height = self.climbing = 0.0


def room(width: float, depth: float) -> tuple[Wall, ...]:
    """The four walls of a room around the origin."""
    x, z = width / 2.0, depth / 2.0
    corners = ((-x, -z), (-x, z), (x, z), (x, -z))
    return walls_along((*corners, corners[0]))


def walls_along(points: Iterable[Point]) -> tuple[Wall, ...]:
    """Walls from each point to the next."""
    line = tuple(points)
    return tuple(Wall(one, other) for one, other in pairwise(line))


def _rounded(value: float) -> float:
    return round(value, 4) + 0.0


def _dot(one: Point, other: Point) -> float:
    return one[0] * other[0] + one[1] * other[1]


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def _towards(now: Point, wanted: Point, most: float) -> Point:
    gap = math.dist(now, wanted)
    return wanted if gap <= most else _between(now, wanted, most / gap)


def _nearest(wall: Wall, point: Point) -> Point:
    along = (wall.end[0] - wall.start[0], wall.end[1] - wall.start[1])
    length = _dot(along, along)
    offset = (point[0] - wall.start[0], point[1] - wall.start[1])
    share = max(0.0, min(1.0, _dot(offset, along) / length)) if length else 0.0
    return _between(wall.start, wall.end, share)


def _crosses(wall: Wall, one: Point, other: Point) -> bool:
    """Whether the straight way from `one` to `other` passes the wall."""
    first, second = _side(wall.start, wall.end, one), _side(wall.start, wall.end, other)
    third, fourth = _side(one, other, wall.start), _side(one, other, wall.end)
    return first * second < 0.0 and third * fourth < 0.0


def _side(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
