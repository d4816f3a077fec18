"""Where pictures come from, chosen in one place."""

from pathlib import Path
from typing import Protocol

from actors.kernel.ring import Picture
from config.schema import ComputerVision

__all__ = ["Source", "SourceBroken", "open_source", "source_name"]


class SourceBroken(Exception):
    """There are no pictures to be had: the message says why, `remedy` what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Source(Protocol):
    """Something that gives pictures; used by one thread. fps: how many it has itself, 0.0 for as many as one takes."""

    fps: float

    def read(self, skip: int) -> Picture:
        """The next picture (BGR), after leaving out `skip` of them. Raises SourceBroken."""

    def close(self) -> None: ...


def source_name(vision: ComputerVision) -> str:
    """What the owner calls it."""
    if vision.source == "device":
        return f"camera {vision.device if vision.device is not None else 0}"
    return vision.source


def open_source(vision: ComputerVision, home: Path) -> Source:
    """Open what computer_vision.source names. May block, as drivers do. Raises SourceBroken."""
    if vision.source == "screen":
        from actors.vision.screen import Screen

        return Screen()
    from actors.vision.video import device, file

    if vision.source.startswith("file:"):
        return file(home / Path(vision.source.removeprefix("file:")).expanduser())
    return device(vision.device)
