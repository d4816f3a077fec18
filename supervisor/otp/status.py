"""A slot as a plain map, for people and for JSON."""

from collections.abc import Mapping, Sequence

from actors.kernel.protocol.lifecycle import Health
from supervisor.otp.health import of_group
from supervisor.otp.messages import ROOT
from supervisor.otp.slot import ActorSlot

__all__ = ["status_of"]


def status_of(slot: ActorSlot, slots: Sequence[ActorSlot]) -> Mapping[str, object]:
    """What is known about `slot`. slots: all of the node, for the health of a supervisor's children."""
    handle = slot.handle
    handling = handle.handling if handle is not None else None
    failure = slot.last_failure
    health, reason = _health(slot, slots)
    return {
        "address": slot.address,
        "supervisor": slot.supervisor,
        "depth": slot.depth,
        "kind": "supervisor" if slot.is_supervisor else "actor",
        "node": ROOT if slot.pin == "thread" else slot.address,
        "pin": slot.pin,
        "pid": handle.pid if handle is not None else 0,
        "state": slot.state,
        "health": str(health),
        "reason": reason,
        "remedy": slot.remedy,
        "incarnation": slot.incarnation,
        "restarts": slot.restarts,
        "failures": slot.failures,
        "mailbox": len(slot.mailbox),
        "handling": type(handling.message).__name__ if handling is not None else "",
        "last_error": f"{failure.kind}: {failure.text}" if failure is not None else "",
        "since": slot.since,
    }


def _health(slot: ActorSlot, slots: Sequence[ActorSlot]) -> tuple[Health, str]:
    if not slot.is_supervisor or slot.state != "running":
        return slot.health, slot.reason
    members = [
        _member(other, slots)
        for other in slots
        if other.supervisor == slot.address and not other.spec.disabled_reason
    ]
    return of_group(members)


def _member(slot: ActorSlot, slots: Sequence[ActorSlot]) -> tuple[str, Health]:
    return slot.address, _health(slot, slots)[0]
