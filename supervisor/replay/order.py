"""Orders the lines of a trace so that every message is handled after it was sent.

A record is written when its handler ends, so a quick recipient's record may precede the sender's.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from supervisor.trace.records import BeganLine, HandledLine, Line

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

    def note_sent(line: HandledLine | BeganLine) -> None:
        sent.update(item.id for item in line.out if replays(item.to))

    def handled(line: HandledLine) -> Iterator[Line]:
        sent.discard(line.id)
        yield line
        note_sent(line)

    def released() -> Iterator[Line]:
        moved = bool(waiting)
        while moved:
            moved = False
            for handler, queue in tuple(waiting.items()):
                while queue and (len(queue) > MOST or not is_early(queue[0])):
                    yield from handled(queue.popleft())
                    moved = True
                if not queue:
                    del waiting[handler]

    for line in lines:
        if isinstance(line, HandledLine):
            if waiting.get(line.handler) or is_early(line):
                waiting.setdefault(line.handler, deque()).append(line)
            else:
                yield from handled(line)
        else:
            yield line
            if isinstance(line, BeganLine):
                note_sent(line)
        yield from released()
    for queue in waiting.values():
        yield from queue
