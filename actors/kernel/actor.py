"""The actor: a plain class whose handlers take one message each, and whose every effect goes through its host.

The same class runs in a thread, in a pinned process, under a virtual clock and in replay.
"""

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar, get_args, get_type_hints

import msgspec

from actors.kernel.errors import HandlerError
from actors.kernel.message import Asker, Envelope, Message
from actors.kernel.protocol.lifecycle import Health

Handler = Callable[..., None]
_H = TypeVar("_H", bound=Handler)


class Reply(msgspec.Struct, frozen=True):
    """The answer to an ask, and the context given to `ask`."""

    message: Message
    context: Any = None


class AskFailed(msgspec.Struct, frozen=True):
    """No answer will come. `reason`: timeout, dead, rejected or superseded."""

    reason: str
    detail: str = ""
    context: Any = None


class ActorContext(Protocol):
    """What a host does for its actor. See Actor for the promises."""

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
    """Mark a method as the handler of the message type, or the union of types, that its parameter is annotated with."""
    method._handles = True  # type: ignore[attr-defined]
    return method


class Actor:
    """Base of every actor.

    deterministic: it depends on its messages and its host alone, so that it can be replayed; see `side_effect`.
    starts_ready: False for an actor that calls `ready` itself, and gets system messages and replies only until then.
    drains_on_stop: it handles what waits in the mailbox before it ends.
    former_attributes: names of attributes in checkpoints of earlier versions, and their dotted paths today.
    """

    deterministic: ClassVar[bool] = False
    starts_ready: ClassVar[bool] = True
    drains_on_stop: ClassVar[bool] = False
    former_attributes: ClassVar[Mapping[str, str]] = {}

    context: ActorContext
    """Set by the host before `on_start`."""

    @classmethod
    def handlers(cls) -> Mapping[type[Message], str]:
        """Message type to method name. Raises HandlerError on a faulty declaration."""
        return _handlers(cls)  # type: ignore[arg-type]  # a class is hashable

    def preload(self) -> None:
        """Load what takes long, before `on_start`. May block, must not send: a standby process may run it."""

    def on_start(self) -> None:
        """Called after `preload` and before the first message."""

    def on_stop(self) -> None:
        """Called after the last message of an orderly stop, not after a crash."""

    def release(self) -> None:
        """Close what this incarnation alone opened. Called last, in its thread, however it ended: in order, by a
        failure, or given up by its supervisor (then as soon as its handler returns). May not send."""

    # -- a new configuration while it runs

    def prepare(self, sections: Mapping[str, Any]) -> None:
        """Open what the changed `sections`, by name, need beside the old; what was prepared before is void. Must not
        change what the actor does now. Raises SectionsUnfit to refuse them all."""

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """Apply the sections. False, or an exception, makes the supervisor restart the actor with them instead."""
        return False

    def abort(self) -> None:
        """Release what was prepared."""

    # -- what a handler may do

    def tell(self, to: str, message: Message, *, notify: bool = False) -> str:
        """Send, and return the message's id. Never raises, never blocks. notify: an Undelivered may come."""
        return self.context.tell(to, message, notify=notify)

    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str:
        """Send; exactly one Reply or AskFailed goes to the method named `then`, within `within` seconds."""
        return self.context.ask(to, message, then, context, within)

    def reply(self, message: Message, to: Asker | None = None) -> None:
        """Answer the message being handled, or an earlier one through its `asker`."""
        self.context.reply(message, to)

    def asker(self) -> Asker:
        """What `reply` needs to answer the message being handled later."""
        current = self.context.current
        if current is None:
            return Asker("", "")
        return Asker(current.sender, current.id, current.turn)

    def sender(self) -> str:
        """The address that sent the message being handled; "" at start and stop."""
        current = self.context.current
        return current.sender if current is not None else ""

    def cause(self) -> str:
        """The id of the message being handled, for an I/O thread to pass to `post`."""
        current = self.context.current
        return current.id if current is not None else ""

    def after(self, seconds: float, message: Message) -> int:
        """Handle `message` in `seconds`, unless the incarnation ends or cancels the timer first."""
        return self.context.after(seconds, message)

    def cancel(self, timer: int) -> None:
        """Cancel a timer; it may have fired, or never been set."""
        self.context.cancel(timer)

    def post(self, message: Message, cause: str = "") -> None:
        """Put `message` into this actor's own mailbox, from any of its I/O threads."""
        self.context.post(message, cause)

    def side_effect(self, do: Callable[[], object]) -> None:
        """Do something beyond messages, such as starting I/O; its result comes as a message. A replay leaves it out."""
        self.context.side_effect(do)

    def now(self) -> float:
        """Monotonic seconds, the same during one handler."""
        return self.context.now()

    def wall(self) -> float:
        """Seconds since the epoch, the same during one handler."""
        return self.context.wall()

    @property
    def random(self) -> random.Random:
        """Random numbers, seeded by run, address and message: the same in a replay."""
        return self.context.random

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        """Report how well this actor works, why, and what the owner can do about it."""
        self.context.health(health, reason, remedy)

    def ready(self) -> None:
        """Report that this actor has started: from now on it is given data messages."""
        self.context.ready()


@cache
def _handlers(cls: type[Actor]) -> Mapping[type[Message], str]:
    table: dict[type[Message], str] = {}
    for name in dir(cls):
        method = getattr(cls, name)
        if not getattr(method, "_handles", False):
            continue
        hints = [hint for parameter, hint in get_type_hints(method).items() if parameter != "return"]
        if len(hints) != 1:
            raise HandlerError(f"{cls.__name__}.{name} must take one annotated message")
        for message in get_args(hints[0]) or hints:
            if not (isinstance(message, type) and issubclass(message, Message)):
                raise HandlerError(f"{cls.__name__}.{name} is annotated with {message!r}, not with a message")
            if message in table:
                raise HandlerError(
                    f"{cls.__name__} handles {message.__name__} in {table[message]} and in {name}"
                )
            table[message] = name
    return table
