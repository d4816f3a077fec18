"""The actor: a plain class whose handlers take one message each and whose every effect goes through a host.

Knows no thread and no pykka: the same class runs in a thread, in a pinned process, under a virtual clock and in replay.
"""

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar, get_type_hints

import msgspec

from actors.kernel.errors import HandlerError
from actors.kernel.message import Asker, Envelope, Message
from actors.kernel.protocol.lifecycle import Health

__all__ = ["Actor", "ActorContext", "AskFailed", "Reply", "handles"]

Handler = Callable[..., None]
_H = TypeVar("_H", bound=Handler)


class Reply(msgspec.Struct, frozen=True):
    """The answer to an ask, with the context that was given along."""

    message: Message
    context: Any = None


class AskFailed(msgspec.Struct, frozen=True):
    """No answer will come. `reason`: timeout, dead, rejected or superseded."""

    reason: str
    detail: str = ""
    context: Any = None


class ActorContext(Protocol):
    """What a host does for the actor that it runs. See Actor for the promises."""

    address: str
    incarnation: int

    @property
    def current(self) -> Envelope | None: ...
    @property
    def random(self) -> random.Random: ...
    def tell(self, to: str, message: Message, *, notify: bool = False) -> str: ...
    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str: ...
    def reply(self, message: Message, to: Asker | None = None) -> None: ...
    def after(self, seconds: float, message: Message) -> int: ...
    def cancel(self, timer: int) -> None: ...
    def post(self, message: Message, cause: str = "") -> None: ...
    def side_effect(self, do: Callable[[], object]) -> None: ...
    def now(self) -> float: ...
    def wall(self) -> float: ...
    def health(self, health: Health, reason: str = "", remedy: str = "") -> None: ...
    def ready(self) -> None: ...
    def stop(self) -> None: ...


def handles(method: _H) -> _H:
    """Mark a method as the handler of the message type that its parameter is annotated with."""
    method._handles = True  # type: ignore[attr-defined]
    return method


class Actor:
    """Base of every actor.

    deterministic: what it does follows from its messages and its host alone, so that it can be replayed; whatever else
    it touches, it touches through `outside`. starts_ready: False for an actor that calls `ready` itself; until then it
    is given system messages and replies only. drains_on_stop: handle what waits in the mailbox before ending.
    former_attributes: names of what it keeps in the checkpoints of earlier versions, and the dotted paths of today.
    """

    deterministic: ClassVar[bool] = False
    starts_ready: ClassVar[bool] = True
    drains_on_stop: ClassVar[bool] = False
    former_attributes: ClassVar[Mapping[str, str]] = {}

    context: ActorContext
    """Given by the host before `on_start`."""

    @classmethod
    def handlers(cls) -> Mapping[type[Message], str]:
        """Message type to method name. Raises HandlerError on a faulty declaration."""
        return _handlers(cls)  # type: ignore[arg-type]  # a class is hashable

    def preload(self) -> None:
        """Load what is slow to load, before `on_start`. May block, and sends nothing: it may run in a spare
        process, long before this actor lives, or for nothing.
        """

    def on_start(self) -> None:
        """Run before the first message, after `preload`."""

    def on_stop(self) -> None:
        """Run after the last message of an orderly stop; not after a crash."""

    # Configuration, while it runs.

    def prepare(self, sections: Mapping[str, Any]) -> None:
        """Open what the changed `sections`, by name, need beside the old. Raises SectionsUnfit to refuse them all.

        What was prepared before is void. Must not change what the actor does now.
        """

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Take the sections over; False asks to be started again with them instead. Whoever raises is, too."""
        return False

    def abort(self) -> None:
        """Let go of what was prepared."""

    # What a handler may do. Each is a promise of the kernel.

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str:
        """Send and go on; never raises, never blocks; the id of what was sent. `notify`: an Undelivered may come."""
        return self.context.tell(to, message, notify=notify)

    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str:
        """Send; exactly one Reply or AskFailed goes to the method named `then`, within `within` seconds."""
        return self.context.ask(to, message, then, context, within)

    def reply(self, message: Message, to: Asker | None = None) -> None:
        """Answer the message being handled, or an earlier one through the `asker` that was kept of it."""
        self.context.reply(message, to)

    def asker(self) -> Asker:
        """Whom to answer later for the message being handled."""
        current = self.context.current
        if current is None:
            return Asker("", "")
        return Asker(current.sender, current.id, current.turn)

    def sender(self) -> str:
        """The address that sent the message being handled; "" at start and stop."""
        current = self.context.current
        return current.sender if current is not None else ""

    def cause(self) -> str:
        """The id of the message being handled; an I/O thread hands it back with `post`."""
        current = self.context.current
        return current.id if current is not None else ""

    def after(self, seconds: float, message: Message) -> int:
        """Handle `message` in `seconds`, unless the incarnation ends or the timer is cancelled first."""
        return self.context.after(seconds, message)

    def cancel(self, timer: int) -> None:
        """Forget a timer; one that has fired, or never was, is no error."""
        self.context.cancel(timer)

    def post(self, message: Message, cause: str = "") -> None:
        """For this actor's own I/O threads, from any thread: put `message` into its own mailbox."""
        self.context.post(message, cause)

    def side_effect(self, do: Callable[[], object]) -> None:
        """Do something that reaches beyond messages: start I/O, stop a thread. A replay leaves it out; what comes of it
        comes as a message."""
        self.context.side_effect(do)

    def now(self) -> float:
        """Monotonic seconds, one value for the whole of a handler."""
        return self.context.now()

    def wall(self) -> float:
        """Seconds since the epoch, one value for the whole of a handler."""
        return self.context.wall()

    @property
    def random(self) -> random.Random:
        """Random numbers seeded by run, address and message: the same in replay."""
        return self.context.random

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        """Say how well this actor works, why, and what its owner can do about it."""
        self.context.health(health, reason, remedy)

    def ready(self) -> None:
        """Say that this actor is started; data messages flow from now on."""
        self.context.ready()


@cache
def _handlers(cls: type[Actor]) -> Mapping[type[Message], str]:
    table: dict[type[Message], str] = {}
    for name in dir(cls):
        method = getattr(cls, name)
        if not getattr(method, "_handles", False):
            continue
        hints = {k: v for k, v in get_type_hints(method).items() if k != "return"}
        if len(hints) != 1:
            raise HandlerError(f"{cls.__name__}.{name} must take one annotated message")
        (message,) = hints.values()
        if not (isinstance(message, type) and issubclass(message, Message)):
            raise HandlerError(f"{cls.__name__}.{name} is annotated with {message!r}, which is no message")
        if message in table:
            raise HandlerError(f"{cls.__name__} handles {message.__name__} in {table[message]} and in {name}")
        table[message] = name
    return table
