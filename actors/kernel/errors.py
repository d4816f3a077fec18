"""The exceptions of the kernel.

ActorError
├── MessageError
│   ├── DuplicateMessage     two classes of one name
│   ├── UnknownMessage       no class of that name is registered
│   └── MalformedMessage     the bytes or the annotation do not fit
├── HandlerError             a class declares its handlers wrongly
├── InjectedFailure          a handler failed because it was told to (Fail)
├── WouldBlock               a handler tried to wait for another actor
├── SectionsUnfit            an actor cannot work with a new configuration
└── AskError                 an ask from outside got no answer
StateError
├── InvalidUpdate            an update was refused; carries every reason
│   └── VersionConflict      it was based on another version than the current one
├── PersistenceError         the store could not read or write
└── SynchronizationError     a version conflict, or a subscriber that is gone
"""


class ActorError(Exception):
    """A failure of the actor system itself."""


class MessageError(ActorError):
    """A message class or its encoding is wrong."""


class DuplicateMessage(MessageError):
    """Another message class has the same name."""


class UnknownMessage(MessageError):
    """A message type that is not registered in this process."""


class MalformedMessage(MessageError):
    """Bytes do not decode to the message type that they name."""


class HandlerError(ActorError):
    """A handler has no annotated message, or two handlers take the same one."""


class InjectedFailure(ActorError):
    """A handler failed because it was told to, for trying the supervision."""


class WouldBlock(ActorError):
    """A handler tried to wait for another actor, which could wait for it in turn."""


class SectionsUnfit(ActorError):
    """Raised by Actor.prepare: the actor cannot work with the new sections."""


class AskError(ActorError):
    """An ask from outside got no answer. reason: timeout, dead, rejected or superseded."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class StateError(Exception):
    """A state could not be changed, kept or brought up to date."""


class InvalidUpdate(StateError):
    """An update was refused, for all these `reasons`; nothing was changed."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class VersionConflict(InvalidUpdate):
    """An update was refused because the version that it expects is not the current one."""


class PersistenceError(StateError):
    """The store could not be opened, read or written; says which file and why."""


class SynchronizationError(StateError):
    """A version conflict, or a subscriber that does not answer."""
