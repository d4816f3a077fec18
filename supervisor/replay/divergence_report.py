"""Reports what the trace says about a divergence: the chain of causes that led to it, and the recorded messages."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from supervisor.replay.compare import Divergence
from supervisor.trace.read.segment_reader import encoded_lines
from supervisor.trace.records import HandledLine, decode_line

__all__ = ["CauseLink", "DivergenceReport", "divergence_report"]

LONGEST = 50
"""Links of a chain of causes that are shown."""


class CauseLink(msgspec.Struct, frozen=True):
    """A message in the chain from the outside event to the divergence."""

    id: str
    sender: str
    recipient: str
    type: str
    wall: float


class DivergenceReport(msgspec.Struct, frozen=True):
    """chain: from the outside event down to the message being handled. messages: the recorded messages that differ, by
    id, as far as somebody handled them."""

    chain: tuple[CauseLink, ...] = ()
    messages: Mapping[str, Any] = {}


def divergence_report(trace: Path, divergence: Divergence) -> DivergenceReport:
    """The report; reads the whole trace once."""
    links: dict[str, tuple[CauseLink, str]] = {}
    wanted = _ids(divergence)
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


def _ids(divergence: Divergence) -> frozenset[str]:
    recorded: Iterable[str] = (d.recorded for d in divergence.differences if d.recorded and " " in d.recorded)
    return frozenset(text.split(" ", 1)[0] for text in recorded)


def _chain(id: str, links: Mapping[str, tuple[CauseLink, str]]) -> list[CauseLink]:
    found: list[CauseLink] = []
    while id in links and len(found) < LONGEST:
        link, cause = links[id]
        found.append(link)
        id = cause
    return found[::-1]
