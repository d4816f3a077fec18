"""What every source of pictures is, and how it fails."""

from typing import Protocol

from actors.kernel.media.frame_ring import Picture


class SourceBroken(Exception):
    """The source gives no pictures: the message says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class PictureSource(Protocol):
    """Something that gives pictures; used by one thread. fps: how many it has itself, 0.0 for as many as one takes."""

    fps: float

    def read(self, skip: int) -> Picture:
        """The next picture (BGR), after leaving out `skip` of them. Raises SourceBroken."""

    def close(self) -> None: ...
