"""Which completions run and which wait: bounded in both, and none of a cancelled turn."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from actors.llm.messages import ChatMessage
from actors.llm.providers import Endpoint
from actors.vocabulary.type_names import durable

LINE = 8  # requests that may wait


@durable("llm.QueuedRequest")
@dataclass(slots=True)
class QueuedRequest:
    """A completion. asked_at: monotonic seconds. sentences: said so far. endpoint: None for a script.

    script: its sentences. sent_again: it was repeated once."""

    id: str
    to: str
    turn: int
    prompt: tuple[ChatMessage, ...]
    asked_at: float
    sentences: tuple[str, ...] = ()
    script: tuple[str, ...] = ()
    sent_again: bool = False
    endpoint: Endpoint | None = None


@durable("llm.RequestQueue")
class RequestQueue:
    """Plain bookkeeping, in order of arrival."""

    def __init__(self, at_once: int, line: int = LINE) -> None:
        self._at_once = at_once
        self._line = line
        self._waiting: deque[QueuedRequest] = deque()
        self._running: dict[str, QueuedRequest] = {}
        self._voided = -1

    @property
    def is_full(self) -> bool:
        """Whether the line is as long as it may be."""
        return len(self._waiting) >= self._line

    @property
    def waiting(self) -> Iterator[QueuedRequest]:
        """Those in the line; safe to `leave` meanwhile."""
        return iter(tuple(self._waiting))

    def limit(self, at_once: int) -> None:
        """So many at once from now on; what runs already goes on."""
        self._at_once = at_once

    def is_void(self, turn: int) -> bool:
        """Whether the turn was cancelled, or a later one."""
        return turn <= self._voided

    def enter(self, request: QueuedRequest, *, first: bool = False) -> None:
        """Join the line, at its head with `first`."""
        if first:
            self._waiting.appendleft(request)
        else:
            self._waiting.append(request)

    def leave(self, request: QueuedRequest) -> None:
        """Give up waiting."""
        self._waiting.remove(request)

    def begin_next(self) -> QueuedRequest | None:
        """The next one to run, if there is one and room for it."""
        if not self._waiting or len(self._running) >= self._at_once:
            return None
        request = self._waiting.popleft()
        self._running[request.id] = request
        return request

    def running(self, id: str) -> QueuedRequest | None:
        """The running request of this id; None when it has ended or was cancelled."""
        return self._running.get(id)

    def end(self, id: str) -> QueuedRequest | None:
        """Take a request out of those that run."""
        return self._running.pop(id, None)

    def void(self, turn: int) -> tuple[QueuedRequest, ...]:
        """Void every turn <= `turn`; the requests that were running and must be stopped."""
        self._voided = max(self._voided, turn)
        self._waiting = deque(request for request in self._waiting if not self.is_void(request.turn))
        stopped = tuple(request for request in self._running.values() if self.is_void(request.turn))
        for request in stopped:
            del self._running[request.id]
        return stopped
