"""What will be done to whom, and when: a pure function of the seed."""

import random
from collections.abc import Sequence

import msgspec

__all__ = ["KINDS", "ChaosFault", "Target", "plan"]

KINDS = ("kill", "sigkill", "crash", "hang", "freeze", "flood", "restart", "move", "instances", "group")
"""kill: as a supervisor kills. sigkill: the process. crash: a message that nobody handles. hang: a handler that does
not return. freeze: SIGSTOP. flood: more mail than a mailbox holds. restart: in order. move: thread to process, or back.
instances: another number of them. group: a supervisor is killed, with all below it."""

BETWEEN = 0.6
"""Seconds between two blows, on average."""


class Target(msgspec.Struct, frozen=True):
    """Whom one can hit. movable: it has no device and no port, and may live anywhere."""

    address: str
    pinned: bool = False
    group: bool = False
    movable: bool = False


class ChaosFault(msgspec.Struct, frozen=True):
    """at: seconds after the begin. number: how many instances, where that matters."""

    at: float
    kind: str
    address: str
    number: int = 1


def plan(seed: int, seconds: float, targets: Sequence[Target]) -> tuple[ChaosFault, ...]:
    """The blows of a run, in order of time; none in the last tenth: the last ones are seen through under load."""
    dice = random.Random(seed)
    blows: list[ChaosFault] = []
    at = 0.0
    while True:
        at += dice.expovariate(1.0 / BETWEEN)
        if at >= seconds * 0.9:
            return tuple(blows)
        kind = dice.choice(KINDS)
        able = [target for target in targets if _suits(kind, target)]
        if able:
            blows.append(ChaosFault(round(at, 3), kind, dice.choice(able).address, dice.randint(1, 3)))


def _suits(kind: str, target: Target) -> bool:
    if target.group or kind == "group":
        return target.group and kind == "group"
    if kind in ("sigkill", "freeze"):
        return target.pinned
    if kind in ("move", "instances"):
        return target.movable
    return True
