"""Where the game's window is on the screen, so that nothing beside it is looked at."""

import fnmatch
import importlib
import sys
from typing import NamedTuple, Protocol

from actors.vision.camera.device import SourceBroken

REMEDY = "start the game, or set computer_vision.window (null: the whole screen)"


class Region(NamedTuple):
    """A part of the screen in pixels, without the window's frame."""

    left: int
    top: int
    width: int
    height: int


class WindowFinder(Protocol):
    """Finds windows by their titles; used by one thread."""

    def find(self, title: str) -> Region | None:
        """The first visible window of this title, None when there is none. Raises SourceBroken."""

    def close(self) -> None: ...


def is_called(title: str, wanted: str) -> bool:
    """Whether a window of this title is wanted: the whole title counts, with * and ? for what may be there.

    A browser that shows a page about the game is not the game."""
    return fnmatch.fnmatchcase(title.strip().casefold(), wanted.strip().casefold())


def clipped(region: Region, screen: Region) -> Region | None:
    """What of the region is on the screen; None for nothing."""
    left, top = max(region.left, screen.left), max(region.top, screen.top)
    right = min(region.left + region.width, screen.left + screen.width)
    bottom = min(region.top + region.height, screen.top + screen.height)
    return Region(left, top, right - left, bottom - top) if right > left and bottom > top else None


# This system's, as module and class: what is another system's cannot be imported.
_FINDERS = {
    "linux": ("actors.vision.camera.x11", "X11Windows"),
    "win32": ("actors.vision.camera.win32", "Win32Windows"),
}


def open_finder() -> WindowFinder:
    """This system's. Raises SourceBroken where there is none."""
    if sys.platform not in _FINDERS:
        raise SourceBroken(
            "windows cannot be told apart on this system",
            "set computer_vision.window to null: the whole screen",
        )
    module, name = _FINDERS[sys.platform]
    finder: WindowFinder = getattr(importlib.import_module(module), name)()
    return finder
