"""The thread host: one incarnation of an actor in a pykka thread.

pykka provides the thread, the registry, the reference and the stop protocol; mailbox, future and loop are our own.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from threading import Lock
from time import monotonic
from typing import Any, ClassVar

import pykka
from pykka import messages as pykka_messages

from actors.kernel.asks import ask_failed
from actors.kernel.directory import Directory
from actors.kernel.errors import AskError, WouldBlock
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Stop, Undelivered

OUTSIDE = "outside"


_actor_threads: set[int] = set()
"""Threads in which handlers run: nothing may wait for another actor there."""


class SystemClock:
    """The machine's own time."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)


class OneLockFuture(pykka.Future[Any]):
    """A pykka future with one lock instead of a condition, and with none when it is set before anybody waits for it."""

    # Defaults in the class: setting them in each instance would be half the cost of a future.
    _get_hook: Any = None
    _outcome: tuple[Any, BaseException | None] | None = None
    _gate: Any = None

    def __init__(self) -> None:
        """Sets nothing: the class has the defaults."""

    def set_get_hook(self, func: Callable[[float | None], Any]) -> None:
        """Let `func` make the value when it is asked for (pykka's own combinators do)."""
        super().__init__()
        super().set_get_hook(func)

    def get(self, *, timeout: float | None = None) -> Any:
        """The value, or the exception raised. Raises pykka.Timeout after `timeout` seconds."""
        if self._get_hook is not None:
            return super().get(timeout=timeout)
        outcome = self._outcome
        if outcome is None:
            if threading.get_ident() in _actor_threads:
                raise WouldBlock(
                    "a handler must not wait for an answer: use ask(), whose answer is a message"
                )
            if not self._wait(-1 if timeout is None else timeout):
                raise pykka.Timeout(f"{timeout} seconds")
            outcome = self._outcome
            assert outcome is not None
        value, error = outcome
        if error is not None:
            raise error
        return value

    def set(self, value: Any = None) -> None:
        """Set the value; only the first call counts."""
        if self._outcome is None:
            self._outcome = (value, None)
            if self._gate is not None:
                self._release(self._gate)

    def set_exception(self, exc_info: Any = None) -> None:
        """Give an exception, as pykka's three-tuple; None for the one that is being handled."""
        if self._outcome is None:
            self._outcome = (None, (exc_info or sys.exc_info())[1])
            if self._gate is not None:
                self._release(self._gate)

    def _wait(self, timeout: float) -> bool:
        gate = Lock()
        gate.acquire()
        gate = self.__dict__.setdefault("_gate", gate)  # several may wait
        # Looked at after the gate is there: whoever answered before did not see it.
        if self._outcome is None and not gate.acquire(timeout=timeout):
            return False
        self._release(gate)  # for the next one who waits
        return True

    def _release(self, gate: Any) -> None:
        with contextlib.suppress(RuntimeError):  # two answers raced; the gate is open
            gate.release()


class ExternalClient:
    """Sends and asks for code outside the actors, from any thread. pending: maximum of pending asks; one more fails the
    oldest."""

    def __init__(self, directory: Directory, address: str = OUTSIDE, pending: int = 65_536) -> None:
        self.address = address
        self.directory = directory
        self._deliver = directory.deliver
        self._numbers = count(1)
        self._waiting: dict[int, pykka.Future[Any]] = {}
        self._prefixed = len(self.id_of(0)) - 1
        self._pending = pending
        directory.open(address, self)

    def id_of(self, number: int) -> str:
        """The id of the message with this sequence number."""
        return f"{self.address}/0/{number}"

    def tell(self, to: str, message: Message) -> int:
        """Send; the message's sequence number (`id_of`)."""
        number = next(self._numbers)
        turn = message.turn  # type: ignore[attr-defined]
        self._deliver(Envelope(self.address, 0, number, to, message, "", turn, "", False, monotonic()))
        return number

    def ask(self, to: str, message: Message) -> OneLockFuture:
        """Send; the future gives the answering message, or raises AskError."""
        future = OneLockFuture()
        self.ask_into(future, to, message)
        return future

    def answer(self, to: str, message: Message, timeout: float) -> Message:
        """Send and wait for the answer. Raises AskError (timeout, dead, rejected or superseded)."""
        future = OneLockFuture()
        number = self.ask_into(future, to, message)
        try:
            reply: Message = future.get(timeout=timeout)
        except pykka.Timeout:
            self._waiting.pop(number, None)
            raise AskError("timeout", f"{to} did not answer within {timeout:g} s") from None
        return reply

    def ask_into(self, future: pykka.Future[Any], to: str, message: Message) -> int:
        """Send; `future` gets the answering message, or AskError. The sequence number of what was sent."""
        number = next(self._numbers)
        waiting = self._waiting
        if len(waiting) >= self._pending:
            self._forget_oldest()
        waiting[number] = future
        turn = message.turn  # type: ignore[attr-defined]
        self._deliver(Envelope(self.address, 0, number, to, message, "", turn, "", True, monotonic()))
        return number

    def put(self, envelope: Envelope) -> Put | None:
        """An answer has come (Box)."""
        answers = envelope.answers
        try:
            future = self._waiting.pop(int(answers[self._prefixed :]))
        except (KeyError, ValueError):
            self.directory.dead_letter(envelope, "late", "nobody outside waits for this answer any more")
            return None
        message = envelope.message
        if type(message) is Undelivered:
            failed = ask_failed(message)
            _fail(future, failed.reason, failed.detail)
        else:
            future.set(message)
        return None

    def _forget_oldest(self) -> None:
        for number in tuple(self._waiting)[:1]:
            future = self._waiting.pop(number, None)
            if future is not None:
                _fail(future, "rejected", f"more than {self._pending} asks wait for an answer")


def _fail(future: pykka.Future[Any], reason: str, detail: str) -> None:
    future.set_exception((AskError, AskError(reason, detail), None))


class _Flag:
    """As much of an event as pykka asks of `actor_stopped`: nobody waits for it."""

    __slots__ = ("_is_set",)

    def __init__(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True


class _Inbox:
    """pykka's inbox in front of our mailbox, so that a pykka reference can tell, ask and stop the actor."""

    def __init__(self) -> None:
        self.host: ThreadHost | None = None

    def put(self, item: Any) -> None:
        host = self.host
        assert host is not None
        if isinstance(item.message, pykka_messages._ActorStop):
            host.stop_for(item.reply_to)
        elif not isinstance(item.message, Message):
            raise TypeError(f"{host.life.address} takes kernel messages, not {type(item.message).__name__}")
        elif item.reply_to is None:
            host.client.tell(host.life.address, item.message)
        else:
            host.client.ask_into(item.reply_to, host.life.address, item.message)

    def empty(self) -> bool:
        return True


class ThreadHost(pykka.ThreadingActor):
    """Runs an incarnation in a thread. make: builds it in the caller's thread; takes what it calls at the end."""

    use_daemon_thread: ClassVar[bool] = True

    def __init__(self, make: Callable[[Ended], Incarnation], client: ExternalClient) -> None:
        super().__init__()
        # An event takes a kilobyte, and the reference has it too.
        self.actor_stopped = self.actor_ref.actor_stopped = _Flag()  # type: ignore[assignment]
        self.client = client
        self._stop_futures: list[pykka.Future[Any]] = []
        self.life = make(self._ended)
        self.life.on_fence = self._leave
        inbox = self.actor_inbox
        assert isinstance(inbox, _Inbox)
        inbox.host = self

    @staticmethod
    def _create_actor_inbox() -> Any:
        return _Inbox()

    @staticmethod
    def _create_future() -> OneLockFuture:
        return OneLockFuture()

    def stop_for(self, future: pykka.Future[Any] | None) -> None:
        """Ask the incarnation to stop; `future`, pykka's, is set when it has ended."""
        if future is not None:
            self._stop_futures.append(future)
        if self.life.mailbox.closed:
            self.fence()  # it takes no messages any more
        elif not self.actor_stopped.is_set():
            self.client.tell(self.life.address, Stop())
        if self.actor_stopped.is_set():
            # It may have ended before it could know of this future, and does not look again.
            self._set_stop_futures()

    def fence(self) -> None:
        """Give up the incarnation, whose thread may hang: another one takes over the mailbox."""
        self.life.fence()

    def _start_actor_loop(self) -> None:
        name = f"{self.life.address}/{self.life.incarnation}"
        threading.Thread(target=self._actor_loop, name=name, daemon=True).start()

    def _actor_loop(self) -> None:
        _actor_threads.add(threading.get_ident())
        try:
            super()._actor_loop()
        finally:
            self.life.release()
            _actor_threads.discard(threading.get_ident())

    def _actor_loop_setup(self) -> None:
        self.life.start()

    def _actor_loop_running(self) -> None:
        self.life.run()

    def _ended(self, failure: Failure | None) -> None:
        self._leave()

    def _leave(self) -> None:
        pykka.ActorRegistry.unregister(self.actor_ref)
        self.actor_stopped.set()
        self._set_stop_futures()

    def _set_stop_futures(self) -> None:
        while self._stop_futures:
            with contextlib.suppress(IndexError):  # another thread was faster
                self._stop_futures.pop().set(None)
