"""Orders records as a tree of causes: pure, and not recursive, since a timer that re-arms itself is a long chain."""

from collections.abc import Iterator, Sequence

import msgspec

from supervisor.trace.read.reader import Entry
from supervisor.trace.records import DeadLine, HandledLine, MailLine, Sent

DEEPEST = 20
"""Levels that are indented; deeper ones are not indented further."""


class Branch(msgspec.Struct, frozen=True):
    """A line of the tree. entry: None for a message that was sent, but whose handling is not recorded."""

    prefix: str
    entry: Entry | None
    sent: Sent | None = None
    is_root: bool = False


def grow(entries: Sequence[Entry]) -> Iterator[Branch]:
    """The tree of `entries`, top down, siblings by time. Roots are those whose cause is not among the entries."""
    nodes = _nodes(entries)
    below: dict[str, list[Entry | Sent]] = {}
    roots: list[Entry | Sent] = []
    for entry in sorted(nodes.values(), key=lambda entry: entry.line.wall):
        cause = _mail(entry).cause
        (below.setdefault(cause, []) if cause in nodes and cause != _mail(entry).id else roots).append(entry)
    for entry in nodes.values():
        line = entry.line
        if isinstance(line, HandledLine):
            below.setdefault(line.id, []).extend(sent for sent in line.out if sent.id not in nodes)
    yield from _walk(roots, below)


def _walk(roots: list[Entry | Sent], below: dict[str, list[Entry | Sent]]) -> Iterator[Branch]:
    stack: list[tuple[Entry | Sent, str, str, int]] = [(root, "", "", 0) for root in reversed(roots)]
    while stack:
        node, first, rest, depth = stack.pop()
        if isinstance(node, Sent):
            yield Branch(first, None, node)
            continue
        yield Branch(first, node, is_root=depth == 0)
        children = below.pop(_mail(node).id, [])
        for child in reversed(children):
            last = child is children[-1]
            lead, below_it = (rest + "└─ ", rest + "   ") if last else (rest + "├─ ", rest + "│  ")
            if depth >= DEEPEST:
                lead, below_it = first, rest
            stack.append((child, lead, below_it, depth + 1))


def _nodes(entries: Sequence[Entry]) -> dict[str, Entry]:
    """One entry per message: one that killed its actor is both handled and dead, and shown once."""
    nodes: dict[str, Entry] = {}
    for entry in entries:
        line = entry.line
        if isinstance(line, MailLine) and not (isinstance(line, DeadLine) and line.id in nodes):
            nodes[line.id] = entry
    return nodes


def _mail(entry: Entry) -> MailLine:
    assert isinstance(entry.line, MailLine)
    return entry.line
