"""Which completions run and which wait: bounded in both, and none of a cancelled turn."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from actors.llm.internal import ActArrived, ReplyStreamed
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Server
from actors.vocabulary.type_names import durable

LINE = 8  # requests that may wait


@durable("llm.QueuedRequest")
@dataclass(slots=True)
class QueuedRequest:
    """A completion. asked_at: monotonic seconds. sentences: said so far. server: None for a script.

    script: its sentences. sent_again: it was repeated once. guess: not 0 while it is only a guess, whose turn is 0.
    streamed: how a guess ended. stages: what a guess has reached. people: as CompletionRequested has. acts: in it.

    acted: acts that were done. tried: keys of the servers that have failed it."""

    id: str
    to: str
    turn: int
    prompt: tuple[ChatMessage, ...]
    asked_at: float
    sentences: tuple[str, ...] = ()
    script: tuple[str, ...] = ()
    sent_again: bool = False
    server: Server | None = None
    guess: int = 0
    streamed: ReplyStreamed | None = None
    stages: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    acts: tuple[ActArrived, ...] = ()
    acted: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()


@durable("llm.RequestQueue")
class RequestQueue:
    """Plain bookkeeping, in order of arrival; a guess goes after everything else, and there is one at most."""

    def __init__(self, at_once: int, line: int = LINE) -> None:
        self._at_once = at_once
        self._line = line
        self._waiting: deque[QueuedRequest] = deque()
        self._running: dict[str, QueuedRequest] = {}
        self._guess: QueuedRequest | None = None  # waiting, running or ended
        self._voided = -1

    @property
    def is_full(self) -> bool:
        """Whether the line is as long as it may be."""
        return len(self._waiting) >= self._line

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits, not even a guess."""
        return not self._running and not self._waiting and self._waiting_guess() is None

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

    def guess(self, request: QueuedRequest) -> QueuedRequest | None:
        """Take in a guess; the one before, if it was running and must be stopped."""
        stopped = self.drop(self._guess.guess) if self._guess is not None else None
        self._guess = request
        return stopped

    def drop(self, guess: int) -> QueuedRequest | None:
        """Forget that guess, and nothing else; the request if it was running and must be stopped."""
        request = self._guess
        if request is None or request.guess != guess:
            return None
        self._guess = None
        return self._running.pop(request.id, None)

    def take_over(self, guess: int, turn: int, prompt: tuple[ChatMessage, ...]) -> QueuedRequest | None:
        """The request of that guess becomes the turn's, if it is there and of the same prompt."""
        request = self._guess
        if request is None or request.guess != guess or request.prompt != prompt:
            return None
        self._guess, request.guess, request.turn = None, 0, turn
        if request.id not in self._running and request.streamed is None:
            self.enter(request)
        return request

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
        if len(self._running) >= self._at_once:
            return None
        request = self._waiting.popleft() if self._waiting else self._waiting_guess()
        if request is not None:
            self._running[request.id] = request
        return request

    def make_room(self) -> QueuedRequest | None:
        """The guess that runs where somebody waits for its place: it is forgotten, and must be stopped."""
        is_short = bool(self._waiting) and len(self._running) >= self._at_once
        return self.drop(self._guess.guess) if is_short and self._guess is not None else None

    def _waiting_guess(self) -> QueuedRequest | None:
        guess = self._guess
        waits = guess is not None and guess.id not in self._running and guess.streamed is None
        return guess if waits else None

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
        stopped = tuple(
            request for request in self._running.values() if not request.guess and self.is_void(request.turn)
        )
        for request in stopped:
            del self._running[request.id]
        return stopped
