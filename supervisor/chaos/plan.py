"""The faults that a running tree can have, and their targets."""

from collections.abc import Callable, Sequence

import msgspec

from supervisor.faults.plan import FaultKind, FaultProfile

EVERY = 0.6
"""Seconds between two faults, on average."""

SHARE = 0.9
"""No fault begins in the last tenth, so that the last ones end under load."""


class Target(msgspec.Struct, frozen=True):
    """An actor that can have faults.

    pinned: it has its own process.
    group: it is a supervisor.
    movable: it has no device and no port, and may run anywhere.
    machine: it is no actor, but a host.
    """

    address: str
    pinned: bool = False
    group: bool = False
    movable: bool = False
    machine: bool = False


def profile(targets: Sequence[Target]) -> FaultProfile:
    """Every kind with the same weight, each at the targets that it suits."""
    kinds = {
        kind: FaultKind(1, tuple(one.address for one in targets if suits(one)), *_LASTS.get(kind, (0.0, 0.0)))
        for kind, suits in _SUITS.items()
    }
    return FaultProfile(EVERY, SHARE, {name: kind for name, kind in kinds.items() if kind.targets})


def _is_actor(target: Target) -> bool:
    return not (target.group or target.machine)


def _is_process(target: Target) -> bool:
    return target.pinned and not target.group


def _is_machine(target: Target) -> bool:
    return target.machine


_LASTS = {"partition": (0.5, 10.0), "lost host": (1.0, 8.0)}
"""Seconds, at least and at most."""


_SUITS: dict[str, Callable[[Target], bool]] = {
    "kill": _is_actor,
    "sigkill": _is_process,
    "crash": _is_actor,
    "hang": _is_actor,
    "freeze": _is_process,
    "flood": _is_actor,
    "restart": _is_actor,
    "move": lambda target: target.movable,
    "instances": lambda target: target.movable,
    "group": lambda target: target.group,
    **dict.fromkeys(("partition", "lost host", "lost link", "lost frame"), _is_machine),
}
