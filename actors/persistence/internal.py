"""What the persistence actor says to itself: news from its writer's thread, and timers."""

from typing import ClassVar

from actors.kernel.message import Lane, Message


class WriterWorked(Message):
    """From the writer's thread: some requests have their outcome."""

    lane: ClassVar[Lane] = Lane.SYSTEM


class LookAtWriter(Message):
    """Timer: does the disk still answer?"""


class CleanUp(Message):
    """Timer: let go of what has been in memory for too long."""


class BackUpIfDue(Message):
    """Timer: is it time for a backup?"""


class TryDisk(Message):
    """Timer: is the disk well again?"""
