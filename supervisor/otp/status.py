"""A slot, or a group of actors, as people and JSON see it: pure."""

import time
from collections.abc import Mapping, Sequence

from actors.kernel.durations import quantile
from actors.kernel.protocol.lifecycle import Health
from supervisor.otp.messages import ROOT
from supervisor.otp.slot import ActorSlot


def status_of(slot: ActorSlot, slots: Sequence[ActorSlot]) -> Mapping[str, object]:
    """`slot` as a plain map. slots: all of the node, for the health of a supervisor's children."""
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
        "place": handle.place if handle is not None else "",
        "pid": handle.pid if handle is not None else 0,
        "state": slot.state,
        "health": str(health),
        "reason": reason,
        "remedy": slot.remedy,
        "incarnation": slot.incarnation,
        "restarts": slot.restarts,
        "failures": slot.failures,
        "mailbox": len(slot.mailbox),
        "capacity": slot.mailbox.capacity,
        "handling": type(handling.message).__name__ if handling is not None else "",
        "last_error": f"{failure.kind}: {failure.text}" if failure is not None else "",
        "since": slot.since,
        **_handling(slot),
    }


def _handling(slot: ActorSlot) -> Mapping[str, object]:
    """handled: messages since the instance began. p50, p95: seconds that its handlers took lately; None for none."""
    durations = slot.durations
    lately = slot.handled_lately(time.monotonic(), durations)
    times = {name: quantile(lately, part) for name, part in (("p50", 0.5), ("p95", 0.95))}
    return {"handled": sum(durations), **{name: _rounded(one) for name, one in times.items()}}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else float(f"{seconds:.3g}")


def _health(slot: ActorSlot, slots: Sequence[ActorSlot]) -> tuple[Health, str]:
    if not slot.is_supervisor or slot.state != "running":
        return slot.health, slot.reason
    children = (s for s in slots if s.supervisor == slot.address and not s.spec.disabled_reason)
    return of_group([(child.address, _health(child, slots)[0]) for child in children])


def of_group(members: Sequence[tuple[str, Health]]) -> tuple[Health, str]:
    """The health of a group and the reason, from the addresses and health of its enabled members.

    OK when all are, DOWN when all are, STARTING while one starts and none is worse, else DEGRADED.
    """
    unwell = [(address, health) for address, health in members if health is not Health.OK]
    worse = [(address, health) for address, health in unwell if health is not Health.STARTING]
    if not worse:
        return (Health.STARTING if unwell else Health.OK), ""
    down = [health for _, health in worse if health is Health.DOWN]
    named = ", ".join(f"{address} {health}" for address, health in worse[:3])
    more = f" and {len(worse) - 3} more" if len(worse) > 3 else ""
    return (Health.DOWN if len(down) == len(members) else Health.DEGRADED), named + more
