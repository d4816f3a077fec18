"""The hosts of a home as a list: what the configuration, the registry and a running instance know of each. Pure."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.format import size
from config.schema.hosts import HostSettings
from supervisor.hosts.identity.authority import RENEWED
from supervisor.hosts.identity.registry import Contents


@dataclass(frozen=True, slots=True)
class HostRow:
    """state: joined, ended (its certificate has), removed, or invited by nobody yet: not joined. since, until: epoch
    seconds, 0 where it has not joined. link: as a running instance tells it; empty without one."""

    name: str
    state: str
    labels: tuple[str, ...] = ()
    since: float = 0.0
    until: float = 0.0
    ends_soon: bool = False
    is_configured: bool = False
    link: Mapping[str, Any] | None = None

    @property
    def link_line(self) -> str:
        """The link in a few words; "" where nothing is known."""
        link = self.link or {}
        parts = [str(link["state"])] if link.get("state") else []
        if link.get("state") == "up" and link.get("round_trip") is not None:
            parts.append(f"{1000 * float(link['round_trip']):.1f} ms")
            parts.append(f"{size(float(link.get('sent', 0)))} out, {size(float(link.get('received', 0)))} in")
        elif link.get("why"):
            parts.append(str(link["why"]))
        return ", ".join(parts)

    def as_data(self) -> Mapping[str, Any]:
        return {
            "name": self.name,
            "state": self.state,
            "labels": list(self.labels),
            "joined": self.since or None,
            "until": self.until or None,
            "ends_soon": self.ends_soon,
            "configured": self.is_configured,
            "link": self.link,
        }


def rows_of(
    contents: Contents, machines: Mapping[str, HostSettings], told: Mapping[str, Any] | None, now: float
) -> tuple[HostRow, ...]:
    """By name: every host that is configured, has joined, or was removed. told: what a running instance says."""
    links = (told or {}).get("links") or {}
    removed = {one.name for one in contents.revoked}
    names = machines.keys() | {host.name for host in contents.hosts} | removed
    return tuple(_row(name, contents, machines.get(name), links.get(name), now) for name in sorted(names))


def _row(
    name: str, contents: Contents, machine: HostSettings | None, link: Mapping[str, Any] | None, now: float
) -> HostRow:
    labels = tuple(machine.labels) if machine is not None else ()
    host = contents.host(name)
    if host is None:
        was_here = any(one.name == name for one in contents.revoked)
        return HostRow(
            name, "removed" if was_here else "not joined", labels, is_configured=machine is not None
        )
    left = datetime.timedelta(seconds=host.until - now)
    return HostRow(
        name,
        "joined" if host.until >= now else "ended",
        labels,
        host.since,
        host.until,
        left < RENEWED,
        machine is not None,
        link,
    )
