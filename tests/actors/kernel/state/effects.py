"""What a part of a domain does, noted down in order instead of being carried out."""

from typing import Any, NamedTuple, cast

from actors.kernel.actor import ActorContext
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.lifecycle import Health


class Tell(NamedTuple):
    message: Message
    to: str
    notify: bool = False


class Ask(NamedTuple):
    message: Message
    then: str
    context: Any = None


class Remind(NamedTuple):
    seconds: float
    message: Message


class Cancel(NamedTuple):
    timer: int


class Answer(NamedTuple):
    message: Message
    asker: Asker | None


class Report(NamedTuple):
    health: Health
    reason: str = ""


Effect = Tell | Ask | Remind | Cancel | Answer | Report


class Effects:
    """Stands in for an ActorContext. time: what `now` says."""

    def __init__(self) -> None:
        self.time = 0.0
        self._done: list[Effect] = []

    @property
    def context(self) -> ActorContext:
        return cast(ActorContext, self)

    def take(self) -> list[Effect]:
        """What was done since the last call."""
        done, self._done = self._done, []
        return done

    def now(self) -> float:
        return self.time

    def tell(self, to: str, message: Message, *, notify: bool = False) -> None:
        self._done.append(Tell(message, to, notify))

    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> None:
        self._done.append(Ask(message, then, context))

    def reply(self, message: Message, to: Asker | None = None) -> None:
        self._done.append(Answer(message, to))

    def after(self, seconds: float, message: Message) -> int:
        self._done.append(Remind(seconds, message))
        return len(self._done)

    def cancel(self, timer: int) -> None:
        self._done.append(Cancel(timer))

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None:
        self._done.append(Report(health, reason))
