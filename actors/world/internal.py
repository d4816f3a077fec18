"""Timers of this package's actors."""

from typing import ClassVar

from actors.kernel.message import Message


class LogTick(Message):
    """A timer: look into VRChat's log again."""


class LookAgain(Message):
    """A timer: see whether what was seen is still worth keeping."""


class SightsFade(Message):
    """Timer: who was seen for the last time a while ago may be elsewhere."""

    continuous: ClassVar[bool] = True
