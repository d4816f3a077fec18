"""Videos and cameras by OpenCV."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2

from actors.kernel.media.frame_ring import Picture
from actors.vision.camera.device import SourceBroken

MOST_FPS = 1000.0  # what says that it has more has no pace
CONVERT = "convert it, to MJPEG in AVI for instance"


class _Video:
    """A video file, played again and again, or a camera. again: opens the file anew, at its end; None for a camera."""

    def __init__(self, capture: Any, name: str, again: Callable[[], Any] | None = None) -> None:
        self._capture = capture
        self._name = name
        self._again = again
        fps = float(capture.get(cv2.CAP_PROP_FPS))
        self.fps = fps if 0.0 < fps <= MOST_FPS else 0.0

    def read(self, skip: int) -> Picture:
        for _ in range(skip if self._again is not None else 0):
            self._capture.grab()
        found, picture = self._capture.read()
        if not found and self._again is not None:
            # not all that can be played can be wound back
            self._capture.release()
            self._capture = self._again()
            found, picture = self._capture.read()
        if not found:
            remedy = "plug it in again, or choose another source" if self._again is None else CONVERT
            raise SourceBroken(f"{self._name} gives no more pictures", remedy)
        return picture  # type: ignore[no-any-return]

    def close(self) -> None:
        self._capture.release()


def file(path: Path) -> _Video:
    """A video file, or a picture. Raises SourceBroken."""
    if not path.is_file():
        raise SourceBroken(f"there is no file {path}", "correct computer_vision.source")

    def opened() -> Any:
        return cv2.VideoCapture(str(path))

    capture = opened()
    if not capture.isOpened():
        raise SourceBroken(f"{path} is not a video that OpenCV can read", CONVERT)
    return _Video(capture, str(path), opened)


def device(which: int | str | None) -> _Video:
    """A camera by index or, on Linux, by its path. Raises SourceBroken."""
    wanted = 0 if which is None else which
    node = Path(f"/dev/video{wanted}") if isinstance(wanted, int) else Path(wanted)
    if sys.platform == "linux" and not node.exists():
        raise SourceBroken(
            f"there is no camera {wanted} ({node})", "plug it in, or set computer_vision.device"
        )
    capture = cv2.VideoCapture(wanted)
    if not capture.isOpened():
        remedy = "close the other program that uses it, or set computer_vision.device"
        raise SourceBroken(f"camera {wanted} cannot be opened", remedy)
    return _Video(capture, f"camera {wanted}")
