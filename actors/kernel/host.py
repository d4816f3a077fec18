"""The thread host: one incarnation of an actor in a pykka thread, by pykka's own extension points.

pykka gives the thread, the registry, the reference and the stop protocol; the mailbox, the future and the loop are ours.
"""

import logging
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any, ClassVar

import pykka
from pykka import messages as pykka_messages

from actors.kernel.directory import Directory
from actors.kernel.errors import AskError
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol import Failure, Stop, Undelivered

__all__ = ["OUTSIDE", "OneLockFuture", "Outside", "SystemClock", "ThreadHost"]

OUTSIDE = "outside"
log = logging.getLogger(__name__)


class SystemClock:
    """The machine's own time."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)


class OneLockFuture(pykka.Future[Any]):
    """A pykka future on a single lock instead of a condition: set once, read often."""

    def __init__(self) -> None:
        super().__init__()
        self._gate = threading.Lock()
        self._gate.acquire()
        self._value: Any = None
        self._error: BaseException | None = None
        self._done = False

    def get(self, *, timeout: float | None = None) -> Any:
        """The value, or the exception raised. Raises pykka.Timeout after `timeout` seconds."""
        if self._get_hook is not None:
            return super().get(timeout=timeout)
        if not self._done:
            if not self._gate.acquire(timeout=-1 if timeout is None else timeout):
                raise pykka.Timeout(f"{timeout} seconds")
            self._gate.release()
        if self._error is not None:
            raise self._error
        return self._value

    def set(self, value: Any = None) -> None:
        """Give the value. A second time is ignored: the first answer counts."""
        if not self._done:
            self._value = value
            self._open()

    def set_exception(self, exc_info: Any = None) -> None:
        """Give an exception, as pykka's three-tuple."""
        if not self._done:
            self._error = exc_info[1] if exc_info is not None else AskError("dead")
            self._open()

    def _open(self) -> None:
        self._done = True
        try:
            self._gate.release()
        except RuntimeError:
            pass  # two answers raced; the gate is open


class Outside:
    """The address of everything that is no actor: it sends, and waits for answers, from any thread."""

    def __init__(self, directory: Directory, address: str = OUTSIDE) -> None:
        self.address = address
        self._directory = directory
        self._numbers = count(1)
        self._waiting: dict[str, OneLockFuture] = {}
        directory.open(address, self)

    def tell(self, to: str, message: Message) -> str:
        """Send and go on; the id of what was sent."""
        envelope = self._make(to, message, False)
        self._directory.deliver(envelope)
        return envelope.id

    def ask(self, to: str, message: Message) -> OneLockFuture:
        """Send; the future gives the answering message, or raises AskError."""
        envelope = self._make(to, message, True)
        future = self._waiting[envelope.id] = OneLockFuture()
        self._directory.deliver(envelope)
        return future

    def answer(self, to: str, message: Message, timeout: float) -> Message:
        """Send and wait for the answer. Raises AskError (timeout, dead, rejected...)."""
        envelope = self._make(to, message, True)
        future = self._waiting[envelope.id] = OneLockFuture()
        self._directory.deliver(envelope)
        try:
            reply: Message = future.get(timeout=timeout)
        except pykka.Timeout:
            raise AskError("timeout", f"{to} did not answer within {timeout:g} s") from None
        finally:
            self._waiting.pop(envelope.id, None)
        return reply

    def put(self, envelope: Envelope) -> Put | None:
        """An answer has come (Box)."""
        future = self._waiting.pop(envelope.answers, None)
        if future is None:
            self._directory.bury(envelope, "late", "nobody outside waits for this answer any more")
        elif isinstance(envelope.message, Undelivered):
            error = AskError(envelope.message.why, envelope.message.detail)
            future.set_exception((AskError, error, None))
        else:
            future.set(envelope.message)
        return None

    def _make(self, to: str, message: Message, notify: bool) -> Envelope:
        turn = message.turn  # type: ignore[attr-defined]
        return Envelope(
            self.address, 0, next(self._numbers), to, message, "", turn, "", notify, time.monotonic()
        )


class _Inbox:
    """pykka's inbox in front of our mailbox, so that a plain pykka reference can tell, ask and stop the actor."""

    def __init__(self) -> None:
        self.host: ThreadHost | None = None
        self.outside: Outside | None = None

    def put(self, item: Any) -> None:
        host, outside = self.host, self.outside
        assert host is not None
        assert outside is not None
        if isinstance(item.message, pykka_messages._ActorStop):
            host.on_stopped(item.reply_to)
            host.life.mailbox.put(outside._make(host.life.address, Stop(), False))
            return
        envelope = outside._make(host.life.address, item.message, item.reply_to is not None)
        if item.reply_to is not None:
            outside._waiting[envelope.id] = item.reply_to
        host.life.mailbox.put(envelope)

    def get(self) -> Any:
        raise NotImplementedError("the host's own loop reads the mailbox")

    def empty(self) -> bool:
        return True


class ThreadHost(pykka.ThreadingActor):
    """Runs one incarnation in a daemon thread.

    make: builds the actor's Incarnation in the host's own thread-to-be; it is given this host's `ended`.
    """

    use_daemon_thread: ClassVar[bool] = True

    def __init__(self, make: Callable[[Ended], Incarnation], outside: Outside) -> None:
        super().__init__()
        self._stopped_futures: list[Any] = []
        self._on_end: Ended | None = None
        self.life = make(self._ended)
        inbox = self.actor_inbox
        assert isinstance(inbox, _Inbox)
        inbox.host, inbox.outside = self, outside

    @staticmethod
    def _create_actor_inbox() -> Any:
        return _Inbox()

    @staticmethod
    def _create_future() -> OneLockFuture:
        return OneLockFuture()

    def on_stopped(self, future: Any) -> None:
        """Set pykka's `future` when the incarnation has ended."""
        if future is not None:
            self._stopped_futures.append(future)

    def _start_actor_loop(self) -> None:
        name = f"{self.life.address}/{self.life.incarnation}"
        threading.Thread(target=self._actor_loop, name=name, daemon=True).start()

    def _actor_loop_setup(self) -> None:
        self.life.start()

    def _actor_loop_running(self) -> None:
        life = self.life
        step = life.step
        while life.running:
            step(None)

    def _actor_loop_teardown(self) -> None:
        for future in self._stopped_futures:
            future.set(None)

    def _ended(self, failure: Failure | None) -> None:
        pykka.ActorRegistry.unregister(self.actor_ref)
        self.actor_stopped.set()
