"""A cell as a plain map, for people and for JSON."""

from collections.abc import Mapping, Sequence

from actors.kernel.protocol import Health
from supervisor.otp.health import of_group
from supervisor.otp.slot import Cell

__all__ = ["status_of"]


def status_of(cell: Cell, cells: Sequence[Cell]) -> Mapping[str, object]:
    """What there is to know of `cell`; `cells`, all of the node, tell how well a supervisor's children are."""
    life = cell.life
    handling = life.handling if life is not None else None
    failure = cell.last_failure
    health, reason = _health(cell, cells)
    return {
        "address": cell.address,
        "supervisor": cell.supervisor,
        "depth": cell.depth,
        "kind": "supervisor" if cell.is_supervisor else "actor",
        "node": "root" if cell.pin == "thread" else cell.address,
        "pin": cell.pin,
        "pid": life.pid if life is not None else 0,
        "state": cell.state,
        "health": str(health),
        "reason": reason,
        "remedy": cell.remedy,
        "incarnation": cell.incarnation,
        "restarts": cell.restarts,
        "failures": cell.failures,
        "mailbox": len(cell.mailbox),
        "handling": type(handling.message).__name__ if handling is not None else "",
        "last_error": f"{failure.kind}: {failure.text}" if failure is not None else "",
        "since": cell.since,
    }


def _health(cell: Cell, cells: Sequence[Cell]) -> tuple[Health, str]:
    if not cell.is_supervisor or cell.state != "running":
        return cell.health, cell.reason
    members = [
        _member(other, cells) for other in cells if other.supervisor == cell.address and not other.spec.absent
    ]
    return of_group(members)


def _member(cell: Cell, cells: Sequence[Cell]) -> tuple[str, Health]:
    return cell.address, _health(cell, cells)[0]
