"""A new configuration for a running actor, in two phases: prepare, then commit or abort."""

from typing import ClassVar

from actors.kernel.message import Lane, Message


class PrepareSections(Message):
    """Open what the sections of configuration `version` need. Answered by SectionsReady or SectionsRefused; no answer
    refuses. json: the sections by name, with references instead of secrets."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    version: int
    json: bytes


class SectionsReady(Message):
    """A vote for `version`."""

    version: int


class SectionsRefused(Message):
    """A vote against `version`; nothing has changed here."""

    version: int
    why: str


class CommitSections(Message):
    """Configuration `version` is in force: apply its sections. Answered by SectionsTaken."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    version: int
    json: bytes


class SectionsTaken(Message):
    """The sections of `version` are in use; restart: not yet, the actor must be restarted with them."""

    version: int
    restart: bool = False


class AbortSections(Message):
    """Configuration `version` was refused: release what was prepared for it."""

    lane: ClassVar[Lane] = Lane.SYSTEM
    version: int
