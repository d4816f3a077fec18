"""Messages of the persistence actor to itself: notifications of its writer's thread, and timers."""

from typing import ClassVar

from actors.kernel.message import Lane, Message


class WriterWorked(Message):
    """From the writer's thread: outcomes can be collected."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class LookAtWriter(Message):
    """Timer: check whether the disk still answers."""


class CleanUp(Message):
    """Timer: sweep the cache."""


class BackUpIfDue(Message):
    """Timer: check whether a backup is due."""


class TryDisk(Message):
    """Timer: check whether the disk works again."""
