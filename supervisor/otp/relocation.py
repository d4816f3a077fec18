"""Plans the move of an actor, or a change of the number of its replicas: pure."""

import re
from collections.abc import Sequence

import msgspec

from supervisor.otp.messages import PinChild
from supervisor.otp.spec import ChildSpec, SupervisorSpec, replicas

PINS = ("thread", "process")
HOST = re.compile(r"host:(\*|[a-z0-9-]+)")
MOST = 64


class Plan(msgspec.Struct, frozen=True):
    """changed: new specifications of present children; those in `moved` must be restarted.
    added, removed: replicas. order: all children afterwards, in start order."""

    changed: tuple[ChildSpec, ...]
    moved: tuple[str, ...]
    added: tuple[ChildSpec, ...]
    removed: tuple[str, ...]
    order: tuple[ChildSpec | SupervisorSpec, ...]


def plan(
    old: ChildSpec | SupervisorSpec | None, children: Sequence[ChildSpec | SupervisorSpec], wanted: PinChild
) -> Plan | str:
    """How to get from `children`, `old` among them, to what is `wanted`; else the reason why not."""
    if not isinstance(old, ChildSpec):
        return f"{wanted.address} is a supervisor; pin its actors"
    if old.replica_of:
        return f"{wanted.address} is one of the instances of {old.replica_of}; pin that"
    if wanted.pin not in PINS and not HOST.fullmatch(wanted.pin):
        return f"an actor is pinned to {', '.join(PINS)} or host:NAME, not to {wanted.pin!r}"
    if wanted.pin not in PINS and not old.placeable:
        return f"{wanted.address} keeps something on this machine: it runs on no other"
    if not 1 <= wanted.instances <= MOST:
        return f"there can be 1 to {MOST} instances, not {wanted.instances}"
    new = msgspec.structs.replace(old, pin=wanted.pin, instances=wanted.instances)
    before = {spec.address: spec for spec in children if _belongs(spec, old.address)}
    after = {spec.address: spec for spec in (new, *replicas(new))}
    kept = tuple(spec for address, spec in after.items() if address in before)
    moved = kept if wanted.pin != old.pin else ()
    return Plan(
        kept,
        tuple(spec.address for spec in moved),
        tuple(spec for address, spec in after.items() if address not in before),
        tuple(address for address in before if address not in after),
        _in_order(children, tuple(after.values()), old.address),
    )


def _belongs(spec: ChildSpec | SupervisorSpec, address: str) -> bool:
    return spec.address == address or (isinstance(spec, ChildSpec) and spec.replica_of == address)


def _in_order(
    children: Sequence[ChildSpec | SupervisorSpec], instances: tuple[ChildSpec, ...], address: str
) -> tuple[ChildSpec | SupervisorSpec, ...]:
    others = [spec for spec in children if spec.address == address or not _belongs(spec, address)]
    place = next(n for n, spec in enumerate(others) if spec.address == address)
    return (*others[:place], *instances, *others[place + 1 :])
