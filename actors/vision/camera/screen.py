"""The screen, by mss."""

import mss
import numpy as np
from mss.exception import ScreenShotError

from actors.kernel.media.frame_ring import Picture
from actors.vision.camera.device import SourceBroken

REMEDY = "start Gerald where the game's screen is (DISPLAY), or choose another computer_vision.source"


class Screen:
    """The first monitor. Raises SourceBroken where there is none."""

    fps = 0.0

    def __init__(self) -> None:
        try:
            self._shots = mss.mss()
            self._monitor = self._shots.monitors[1]
        except (ScreenShotError, IndexError, OSError) as error:
            raise SourceBroken(f"there is no screen: {error}", REMEDY) from None

    def read(self, skip: int) -> Picture:
        try:
            shot = self._shots.grab(self._monitor)
        except ScreenShotError as error:
            raise SourceBroken(f"the screen cannot be read: {error}", REMEDY) from None
        return np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)[:, :, :3]

    def close(self) -> None:
        self._shots.close()
