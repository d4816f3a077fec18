"""The messages that every actor may meet: life-cycle, undelivered mail, health, state and its persistence.

They belong to the kernel so that it imports no room.
"""

import enum
from typing import ClassVar

import msgspec

from actors.kernel.message import Lane, Message


class Health(enum.StrEnum):
    """How well an actor does its work: fully, in part, or not at all."""

    STARTING = "STARTING"
    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


class Failure(msgspec.Struct, frozen=True):
    """Why an incarnation ended. `kind` is the exception's class; `message_id` what it was handling, "" for none."""

    kind: str
    text: str
    traceback: str = ""
    message_id: str = ""
    message_type: str = ""


class Stop(Message):
    """Finish and end. Whoever `drains_on_stop` handles what waits first."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    reason: str = "stopped"


class Ping(Message):
    """Answered by every actor with Pong, by its host."""


class Pong(Message):
    """The address that answered, and its incarnation."""

    address: str
    incarnation: int


class Hang(Message):
    """Block the actor's thread for so many seconds, as a faulty handler would: a tool for trying the watchdog."""

    seconds: float


class Undelivered(Message):
    """What a sender hears that asked for it: message `id` will not be handled. `why` is the dead letter's reason."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    id: str
    recipient: str
    message_type: str
    why: str
    detail: str = ""


class HealthChanged(Message):
    """An actor's word on itself. `remedy` says what its owner can do about it, in one line."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    address: str
    health: Health
    reason: str = ""
    remedy: str = ""


class Version(msgspec.Struct, frozen=True, order=True):
    """A state's version. Every start opens a new epoch, so that no version is issued twice."""

    epoch: int = 0
    n: int = 0


class PrepareSections(Message):
    """Configuration `version` is about to be in force: `json` has the sections by name, secrets as references to their
    keys. Open what they need beside the old; answered by SectionsReady or SectionsRefused. Silence is a no.
    """

    lane: ClassVar[Lane] = Lane.SYSTEM
    version: int
    json: bytes


class SectionsReady(Message):
    """A yes to `version`."""

    version: int


class SectionsRefused(Message):
    """A no to `version`; nothing has changed here."""

    version: int
    why: str


class CommitSections(Message):
    """Configuration `version` is in force: take its sections over. Answered by SectionsTaken."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    version: int
    json: bytes


class SectionsTaken(Message):
    """The sections of `version` are in use; `restart`: not yet, the actor wants to be started again with them."""

    version: int
    restart: bool = False


class AbortSections(Message):
    """Configuration `version` will not be: let go of what was prepared for it."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    version: int


class LoadState(Message):
    """Ask persistence for the newest valid state of `domain`; answered by StateLoaded."""

    domain: str


class StateLoaded(Message):
    """The state as MessagePack, b"" when there is none yet; `epoch` is the one to count versions in from now on."""

    domain: str
    payload: bytes
    epoch: int
    version: Version = Version()
    note: str = ""


class SaveState(Message):
    """Keep this state of `domain`; answered by Committed after the sync, or by SaveFailed."""

    domain: str
    schema: int
    version: Version
    payload: bytes


class Committed(Message):
    """Everything of `domain` up to `version` is on disk."""

    domain: str
    version: Version


class SaveFailed(Message):
    """The state could not be kept; the sender keeps it in memory and tries again."""

    domain: str
    version: Version
    why: str


class UpdateState(Message):
    """Change fields of a domain's state: `changes` is a MessagePack map of field to value.

    Refused (UpdateRefused, with every reason) when a value does not fit or `expected` is not the current version.
    """

    changes: bytes
    expected: Version | None = None


class Updated(Message):
    """The update was made; the state is now at `version`."""

    version: Version


class UpdateRefused(Message):
    """Nothing was changed, for these reasons."""

    reasons: tuple[str, ...]


class GetState(Message):
    """Answered by StateIs."""


class StateIs(Message):
    """A domain's whole state as JSON, and its version."""

    domain: str
    version: Version
    json: bytes


class Subscribe(Message):
    """Tell `address` (the sender when empty) every StateChanged from now on; answered by StateIs."""

    address: str = ""


class Unsubscribe(Message):
    """Stop telling `address` (the sender when empty)."""

    address: str = ""


class StateChanged(Message):
    """A domain's state went to `version`; `fields` changed."""

    domain: str
    version: Version
    fields: tuple[str, ...]
