"""The screen, by mss: the game's window alone, unless the owner wants it all."""

import time

import mss
import numpy as np
from mss.exception import ScreenShotError

from actors.kernel.media.frame_ring import Picture
from actors.vision.camera.device import SourceBroken
from actors.vision.camera.window import REMEDY, Region, WindowFinder, clipped, open_finder

NO_SCREEN = "start Gerald where the game's screen is (DISPLAY), or choose another computer_vision.source"
LOOK_EVERY = 0.5  # seconds between two looks where the window is: people move it


class Screen:
    """window: the title of the one that is looked at; None: the first monitor. Raises SourceBroken."""

    fps = 0.0

    def __init__(self, window: str | None) -> None:
        try:
            self._shots = mss.MSS()
            every, first = self._shots.monitors[:2]
        except (ScreenShotError, ValueError, OSError) as error:
            raise SourceBroken(f"there is no screen: {error}", NO_SCREEN) from None
        self._all = Region(every["left"], every["top"], every["width"], every["height"])
        self._region = Region(first["left"], first["top"], first["width"], first["height"])
        self._window = window
        self._finder: WindowFinder | None = open_finder() if window is not None else None
        self._look_at = 0.0
        self._find()

    def read(self, skip: int) -> Picture:
        """See PictureSource."""
        if time.monotonic() >= self._look_at:
            self._find()
        try:
            shot = self._shots.grab(self._region._asdict())
        except ScreenShotError as error:
            raise SourceBroken(f"the screen cannot be read: {error}", NO_SCREEN) from None
        return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)[:, :, :3]

    def close(self) -> None:
        """See PictureSource."""
        self._shots.close()
        if self._finder is not None:
            self._finder.close()

    def _find(self) -> None:
        """Where the window is now. A desktop is never looked at in its place."""
        if self._finder is None or self._window is None:
            return
        self._look_at = time.monotonic() + LOOK_EVERY
        found = self._finder.find(self._window)
        seen = clipped(found, self._all) if found is not None else None
        if seen is None:
            raise SourceBroken(f'no window called "{self._window}" is to be seen', REMEDY)
        self._region = seen
