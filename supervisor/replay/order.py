"""Orders the lines of a trace so that every message is handled after it was sent.

A record is written when its handler ends, so a quick recipient's record may precede the sender's.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from supervisor.trace.records import BeganLine, HandledLine, Line

__all__ = ["in_causal_order"]

MOST = 10_000
"""Most lines of a handler that wait; with more, what they wait for is not in the trace."""


def in_causal_order(lines: Iterable[Line], replays: Callable[[str], bool]) -> Iterator[Line]:
    """`lines`, with every message after the handler that sent it. replays: whether an actor is replayed, by address.

    A line whose message a replayed actor has yet to send waits, and all later ones of its handler behind it.
    """
    waiting: dict[str, deque[HandledLine]] = {}
    sent: set[str] = set()

    def is_early(line: HandledLine) -> bool:
        sender = line.id.rsplit("/", 2)[0]
        return sender != line.handler and replays(sender) and line.id not in sent

    for line in lines:
        if isinstance(line, HandledLine):
            queue = waiting.get(line.handler)
            if queue or is_early(line):
                waiting.setdefault(line.handler, deque()).append(line)
            else:
                yield from _emitted(line, sent, replays)
        else:
            yield line
            if isinstance(line, BeganLine):
                sent.update(item.id for item in line.out if replays(item.to))
        yield from _released(waiting, is_early, sent, replays)
    for queue in waiting.values():
        yield from queue


def _emitted(line: HandledLine, sent: set[str], replays: Callable[[str], bool]) -> Iterator[Line]:
    sent.discard(line.id)
    yield line
    sent.update(item.id for item in line.out if replays(item.to))


def _released(
    waiting: dict[str, deque[HandledLine]],
    is_early: Callable[[HandledLine], bool],
    sent: set[str],
    replays: Callable[[str], bool],
) -> Iterator[Line]:
    moved = bool(waiting)
    while moved:
        moved = False
        for handler in tuple(waiting):
            queue = waiting[handler]
            while queue and (len(queue) > MOST or not is_early(queue[0])):
                yield from _emitted(queue.popleft(), sent, replays)
                moved = True
            if not queue:
                del waiting[handler]
