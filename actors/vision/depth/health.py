"""How well distances are told, in words for the owner. Pure."""

from typing import NamedTuple

import msgspec

from actors.kernel.protocol.lifecycle import Health

MISFITS = 15  # pictures in a row that do not move as the game says, from which on something is wrong


class Said(NamedTuple):
    """How well an actor works, why, and what the owner can do about it."""

    health: Health
    reason: str
    remedy: str


class Condition(msgspec.Struct, frozen=True):
    """hears: the game tells velocities. misfits: pictures in a row that did not move as it says. motion: seconds that
    a picture takes so, 0.0 before the first. network: its file's name, "" without one; metric: it tells metres; took:
    seconds of its last picture. broken, remedy: what is wrong with it."""

    hears: bool = False
    misfits: int = 0
    motion: float = 0.0
    network: str = ""
    metric: bool = False
    took: float = 0.0
    broken: str = ""
    remedy: str = ""


def said(now: Condition) -> Said:
    """What is to be reported."""
    motion = _motion(now)
    if now.broken:
        return Said(Health.DEGRADED, f"{now.broken}; {motion.reason}", now.remedy)
    if not now.network:
        return motion
    pace = _pace(now.took)
    if now.metric:
        return Said(
            motion.health, f"tells distances with {now.network}{pace}; {motion.reason}", motion.remedy
        )
    how = f"{now.network}{pace} tells inverse distances, and what moves past their scale"
    return Said(motion.health, f"{how}; {motion.reason}", motion.remedy)


def _motion(now: Condition) -> Said:
    if not now.hears:
        return Said(
            Health.OK, "no distances by motion: the game tells no velocity", "switch OSC on in VRChat"
        )
    if now.misfits >= MISFITS:
        return Said(
            Health.DEGRADED,
            "no distances by motion: what is seen does not move as the game says",
            "set computer_vision.source to the game, and computer_vision.fov to its field of view",
        )
    return Said(Health.OK, f"tells how far away what moves past is{_pace(now.motion)}", "")


def _pace(seconds: float) -> str:
    return f", {seconds * 1000.0:.0f} ms a picture" if seconds else ""
