"""Explains a divergence from the trace: the chain of causes that led to it, and the recorded messages."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from supervisor.replay.compare import Divergence
from supervisor.trace.read.segment_reader import encoded_lines
from supervisor.trace.records import HandledLine, decode_line

LONGEST = 50
"""Most links of a chain that are shown."""


class CauseLink(msgspec.Struct, frozen=True):
    """A message in the chain from the outside event to the divergence."""

    id: str
    sender: str
    recipient: str
    type: str
    wall: float


class DivergenceReport(msgspec.Struct, frozen=True):
    """chain: from the outside event to the message being handled. messages: the handled ones that differ, by id."""

    chain: tuple[CauseLink, ...] = ()
    messages: Mapping[str, Any] = {}


def divergence_report(trace: Path, divergence: Divergence) -> DivergenceReport:
    """Read the whole trace once for the report."""
    links: dict[str, tuple[CauseLink, str]] = {}
    wanted = {d.recorded.partition(" ")[0] for d in divergence.differences if d.recorded}
    messages: dict[str, Any] = {}
    for data in encoded_lines(trace):
        with contextlib.suppress(msgspec.DecodeError):
            line = decode_line(data)
            if isinstance(line, HandledLine):
                link = CauseLink(line.id, line.sender, line.recipient, line.type, line.wall)
                links[line.id] = (link, line.cause)
                if line.id in wanted:
                    messages[line.id] = line.message
    return DivergenceReport(tuple(_chain(divergence.id, links)), messages)


def _chain(id: str, links: Mapping[str, tuple[CauseLink, str]]) -> list[CauseLink]:
    found: list[CauseLink] = []
    while id in links and len(found) < LONGEST:
        link, cause = links[id]
        found.append(link)
        id = cause
    return found[::-1]
