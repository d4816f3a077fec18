"""What is said of one home of a fleet, from what its instance tells: pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from supervisor.fleet.usage import Usage
from supervisor.metrics.histogram import Counted

_ORDER = ("ok", "starting", "degraded", "down")


class Row(msgspec.Struct, frozen=True):
    """state: running, starting, stopped or silent. health: the worst of its actors', "" for none; `unwell`: their
    addresses. cpu: of one core. turns: since its start. p95: seconds of a turn; tokens: a second, while it generates;
    None before there is one."""

    name: str
    home: str
    state: str
    health: str = ""
    unwell: tuple[str, ...] = ()
    processes: int = 0
    private: int = 0
    proportional: int = 0
    cpu: float = 0.0
    turns: int = 0
    p95: float | None = None
    tokens: float | None = None
    restarts: int = 0


def row(
    name: str,
    home: str,
    status: Mapping[str, Any] | None,
    told: Mapping[str, Any] | None,
    used: Usage | None,
    cpu: float,
    *,
    launched: bool,
) -> Row:
    """status, told: the answers to `status` and `metrics`. launched: its launcher runs."""
    if status is None:
        return Row(name, home, "silent" if launched else "stopped")
    turns = (told or {}).get("turns", {})
    generating = turns.get("generating", 0.0)
    whole = turns.get("whole")
    return Row(
        name,
        home,
        "running" if status.get("ready") else "starting",
        *worst(status["actors"]),
        processes=used.processes if used else 0,
        private=used.private if used else 0,
        proportional=used.proportional if used else 0,
        cpu=cpu,
        turns=sum(turns.get("outcomes", {}).values()),
        p95=Counted(*whole).quantile(0.95) if whole else None,
        tokens=turns["tokens"] / generating if generating else None,
        restarts=int(status.get("launcher", {}).get("restarts", 0)),
    )


def worst(actors: Sequence[Mapping[str, Any]]) -> tuple[str, tuple[str, ...]]:
    """The worst health of what is not switched off, and whose it is."""
    of = {
        str(one["address"]): str(one["health"]).lower()
        for one in actors
        if one["kind"] == "actor" and one["state"] != "disabled"
    }
    unwell = tuple(address for address, health in of.items() if health != "ok")
    return max(of.values(), key=_rank, default=""), unwell


def worse(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[str, ...]:
    """The actors that are less well than before the update; without a before, those that are down."""
    known = {
        str(one["address"]): _rank(str(one["health"]).lower()) for one in (before or {}).get("actors", ())
    }
    least = _rank("degraded")
    return tuple(
        str(one["address"])
        for one in after["actors"]
        if one["kind"] == "actor"
        and one["state"] != "disabled"
        and _rank(str(one["health"]).lower()) > known.get(str(one["address"]), least)
    )


def _rank(health: str) -> int:
    return _ORDER.index(health) if health in _ORDER else len(_ORDER)
