"""Videos and cameras by OpenCV."""

import sys
from pathlib import Path
from typing import Any

import cv2

from actors.kernel.media.frame_ring import Picture
from actors.vision.camera.device import SourceBroken


class _Video:
    """A video file, played again and again, or a camera."""

    def __init__(self, capture: Any, name: str, fps: float, *, loops: bool) -> None:
        self._capture = capture
        self._name = name
        self._loops = loops
        self.fps = fps

    def read(self, skip: int) -> Picture:
        for _ in range(skip if self._loops else 0):
            self._capture.grab()
        found, picture = self._capture.read()
        if not found and self._loops:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            found, picture = self._capture.read()
        if not found:
            raise SourceBroken(
                f"{self._name} gives no more pictures", "plug it in again, or choose another source"
            )
        return picture  # type: ignore[no-any-return]

    def close(self) -> None:
        self._capture.release()


def file(path: Path) -> _Video:
    """A video file. Raises SourceBroken."""
    if not path.is_file():
        raise SourceBroken(f"there is no file {path}", "correct computer_vision.source")
    capture = cv2.VideoCapture(str(path))
    if not capture.isOpened():
        raise SourceBroken(
            f"{path} is not a video that OpenCV can read", "convert it, to MJPEG in AVI for instance"
        )
    return _Video(capture, str(path), float(capture.get(cv2.CAP_PROP_FPS) or 0.0), loops=True)


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
    return _Video(capture, f"camera {wanted}", float(capture.get(cv2.CAP_PROP_FPS) or 0.0), loops=False)
