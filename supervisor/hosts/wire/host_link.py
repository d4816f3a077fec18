"""What is known of the link to a host."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from supervisor.hosts.wire.connection import Connection


class LinkState(StrEnum):
    """Whether channels can be opened."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class HostLink:
    """The link to a host, or of a host to its home, at one moment.

    why: what ended it, when it is down. since: epoch seconds. round_trip, clock_offset (how far the other clock is
    ahead): seconds; None while unknown. sent, received: bytes of this connection. refused: by reason, of all
    connections. facts: what a host says about itself.
    """

    name: str
    state: LinkState
    why: str = ""
    since: float = 0.0
    round_trip: float | None = None
    clock_offset: float | None = None
    sent: int = 0
    received: int = 0
    channels: int = 0
    refused: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def seen(connection: Connection, facts: Mapping[str, str] = MappingProxyType({})) -> HostLink:
    """A connection as it is now."""
    return HostLink(
        connection.name,
        LinkState.UP if connection.up else LinkState.DOWN,
        connection.ended,
        connection.since,
        connection.clock.round_trip,
        connection.clock.offset,
        connection.sent,
        connection.received,
        connection.channels,
        connection.refusals.counts(),
        facts,
    )
