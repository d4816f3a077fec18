"""A new configuration for a running actor, in two phases: prepare, then commit or abort."""

from typing import ClassVar

from actors.kernel.message import Lane, Message

__all__ = [
    "AbortSections",
    "CommitSections",
    "PrepareSections",
    "SectionsReady",
    "SectionsRefused",
    "SectionsTaken",
]


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
