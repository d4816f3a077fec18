"""The messages that every actor may meet: life-cycle, undelivered mail, health, state and its persistence.

They belong to the kernel so that it imports no room.
"""

import enum
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from actors.kernel.message import Lane, Message
from actors.vocabulary.type_names import durable


@durable("kernel.Health")
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


class WriteCheckpoint(Message):
    """Note down all that a replay needs to go on from here. Whoever records sends it when a new file begins."""

    lane: ClassVar[Lane] = Lane.SYSTEM


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


@durable("kernel.Version")
class Version(msgspec.Struct, frozen=True, order=True, gc=False):
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
    """Ask persistence for the newest valid state of `domain`; answered by StateLoaded.

    refused: versions that turned out to be of no use; what comes then is the newest before them.
    """

    domain: str
    refused: tuple[Version, ...] = ()


class StoredChange(msgspec.Struct, frozen=True, gc=False):
    """A change as it was stored: a patch (actors.kernel.state.patch) of the state's form `schema`."""

    schema: int
    patch: bytes


class StateLoaded(Message):
    """The state of `domain` as it was at `version`: a snapshot in parts of form `schema`, and the changes since.

    No parts: there is none yet. epoch: the one to count versions in from now on. expired: it is older than the
    policy lets it live. buried: hashes of what was to be forgotten, and when (epoch seconds). held: False when what is
    stored could not be read: it is kept, and nothing is written over it. note: what was wrong.
    """

    domain: str
    epoch: int
    version: Version = Version()
    schema: int = 1
    parts: tuple[bytes, ...] = ()
    changes: tuple[StoredChange, ...] = ()
    expired: bool = False
    buried: Mapping[str, float] = {}
    held: bool = True
    note: str = ""


class SaveChange(Message):
    """Keep the change of `domain` from `base` to `version`, in form `schema`. Answered by Committed, Kept or
    SaveFailed."""

    domain: str
    schema: int
    base: Version
    version: Version
    patch: bytes


class SaveSnapshot(Message):
    """One part of the whole state of `domain` at `version`, in form `schema`; all parts are sent in order, and the
    last is answered as a change is. alone: nothing older may be left of the domain, since something was to be
    forgotten."""

    domain: str
    schema: int
    version: Version
    part: int
    parts: int
    payload: bytes
    alone: bool = False


class SnapshotWanted(Message):
    """To a domain: hand over the whole state, so that the changes before need not be kept."""

    domain: str


class Committed(Message):
    """Everything of `domain` up to `version` is on disk."""

    domain: str
    version: Version


class Kept(Message):
    """Everything of `domain` up to `version` is kept in memory by persistence, which says Committed when it is on disk.

    why: what is wrong with the disk; "" when nothing is, and it is only not due yet.
    """

    domain: str
    version: Version
    why: str = ""


class SaveFailed(Message):
    """It was not kept. snapshot: because it does not follow on what is stored; the whole state would be taken."""

    domain: str
    version: Version
    why: str
    snapshot: bool = False


class Bury(Message):
    """Remember durably that whatever has one of these hashes in `domain` is forgotten, as of `at` (epoch seconds).

    Answered by Buried, or by SaveFailed. What is loaded later, also from a backup, is told of it.
    """

    domain: str
    hashes: tuple[str, ...]
    at: float


class Buried(Message):
    """These hashes are remembered on disk."""

    domain: str
    hashes: tuple[str, ...]


class UpdateState(Message):
    """Change a domain's state: `changes` is a MessagePack map of field, or path as in `navigation_graph/places/door`,
    to value; `remove` lists paths of keys to take out.

    Answered by Updated; with `durable` by Committed, and only when it is on disk. Refused (UpdateRefused, with every
    reason) when a value does not fit or `expected` is not the current version.
    """

    changes: bytes
    expected: Version | None = None
    remove: tuple[str, ...] = ()
    durable: bool = False


class Updated(Message):
    """The update was made; the state is now at `version`."""

    version: Version


class UpdateRefused(Message):
    """Nothing was changed, for these reasons."""

    reasons: tuple[str, ...]


class GetState(Message):
    """What is at `path` (such as `users/usr_1`, "" for all) of a domain's state; answered by StateIs."""

    path: str = ""


class StateIs(Message):
    """A domain's state, or what is at `path` of it, as JSON (null where there is nothing), and the state's version."""

    domain: str
    version: Version
    json: bytes
    path: str = ""


class UpToDate(Message):
    """The state still is as whoever asked knows it."""

    domain: str
    version: Version


class Subscribe(Message):
    """Tell `address` (the sender when empty) whenever what is at `path` ("" for anything) has changed.

    known: the version that the subscriber has already. Answered by StateIs, or by UpToDate when that is the newest.
    """

    address: str = ""
    path: str = ""
    known: Version | None = None


class Unsubscribe(Message):
    """Stop telling `address` (the sender when empty) of `path`."""

    address: str = ""
    path: str = ""


class StateChanged(Message):
    """A domain's state went to `version`; `fields` of it changed after `since`, which is what was told before.

    Whoever is slow finds the newest only: `since` then is not the version that it knew, and anything may have changed.
    """

    lane: ClassVar[Lane] = Lane.LATEST
    domain: str
    version: Version
    fields: tuple[str, ...]
    since: Version = Version()
    path: str = ""

    def latest_key(self) -> str:
        return f"StateChanged {self.domain} {self.path}"
