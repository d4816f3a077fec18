"""How the body moved between two pictures, from the velocities that the game tells. Pure.

Metres in the body's own frame: x to the right, y downward, z forward. Angles in degrees, clockwise seen from above."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec

# Seconds for which the last velocity is taken to last: the game tells changes only.
HOLDS = 10.0
# Seconds by which a velocity may be told late, so that the body moved otherwise than it seems while it changed.
LATE = 0.05
# Nobody turns by so many radians a second: a value of AngularY beyond it shows that the game counts degrees.
_IMPLAUSIBLE = 20.0
_RADIAN = math.degrees(1.0)
_AXES = {"VelocityX": 0, "VelocityY": 1, "VelocityZ": 2}
TOLD = (*_AXES, "AngularY")
"""The parameters that tell it."""


class Heard(msgspec.Struct, frozen=True):
    """From `at` on (epoch seconds) the body moves so: metres a second to the right, upward and forward; AngularY."""

    at: float
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0)
    angular: float = 0.0


class Travel(msgspec.Struct, frozen=True):
    """How the body moved: metres in its frame before, and degrees turned. unsteady: the share of the metres by which
    they may be wrong."""

    right: float
    down: float
    forward: float
    turned: float
    unsteady: float = 0.0

    @property
    def metres(self) -> float:
        """How far."""
        return math.hypot(self.right, self.down, self.forward)


def told(heard: Sequence[Heard], values: Mapping[str, bool | int | float], at: float) -> tuple[Heard, ...]:
    """After the game told these parameters. What is no longer of use is left out; what tells no velocity, too."""
    known = {name: float(values[name]) for name in TOLD if name in values}
    if not known or not all(map(math.isfinite, known.values())):
        return tuple(heard)
    last = heard[-1] if heard else Heard(at)
    velocity = tuple(known.get(name, last.velocity[axis]) for name, axis in _AXES.items())
    now = Heard(at, velocity, known.get("AngularY", last.angular))  # type: ignore[arg-type]
    kept = [one for one, after in zip(heard, (*heard[1:], now), strict=False) if after.at > at - 2.0]
    return (*kept[-200:], now)


def travelled(heard: Sequence[Heard], since: float, until: float, unit: float = _RADIAN) -> Travel | None:
    """From `since` to `until` (epoch seconds); None when the game did not tell. unit: degrees that AngularY counts."""
    pieces = _pieces(heard, since, until)
    if not pieces:
        return None
    right = down = forward = turned = 0.0
    for one, seconds in pieces:
        by = one.angular * unit * seconds
        middle = math.radians(turned + by / 2.0)
        x, y, z = one.velocity
        right += (x * math.cos(middle) + z * math.sin(middle)) * seconds
        forward += (z * math.cos(middle) - x * math.sin(middle)) * seconds
        down -= y * seconds
        turned += by
    metres = math.hypot(right, down, forward)
    return Travel(right, down, forward, turned, _changed(heard, since, until) * LATE / max(metres, 1e-6))


def unit_of(heard: Sequence[Heard], known: float = _RADIAN) -> float:
    """Degrees a second that AngularY counts as 1, as far as its values tell."""
    return 1.0 if any(abs(one.angular) > _IMPLAUSIBLE for one in heard) else known


def _pieces(heard: Sequence[Heard], since: float, until: float) -> list[tuple[Heard, float]]:
    """What was so for how many seconds of that time; none when a part of it is not known."""
    if not heard or heard[0].at > since or until - heard[-1].at > HOLDS or until <= since:
        return []
    ends = [*(one.at for one in heard[1:]), until]
    spans = ((one, min(end, until) - max(one.at, since)) for one, end in zip(heard, ends, strict=True))
    return [(one, seconds) for one, seconds in spans if seconds > 0.0]


def _changed(heard: Sequence[Heard], since: float, until: float) -> float:
    """Metres a second by which the velocity changed in that time, or so near to it that it may have."""
    return sum(
        math.dist(before.velocity, after.velocity)
        for before, after in pairwise(heard)
        if since - LATE <= after.at <= until + LATE
    )
