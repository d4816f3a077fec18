"""The thread that takes pictures: it waits for drivers, so that no actor does."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from actors.kernel.media.frame_ring import NoRoom, Picture, RingWriter
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.media.ring_names import SHARED
from actors.kernel.resource import Resources
from actors.vision.camera.device import PictureSource, SourceBroken
from actors.vision.camera.pace import FrameTime, next_frame_time

# The right to have a picture source open, by its name: the source itself is the thread's own.
_sources: Resources[str, None] = Resources()


@dataclass(eq=False)
class Capture:
    """Takes pictures from what `opening` opens into the ring, until it is stopped or the source breaks.

    on_frame: called with each picture; on_end: with the reason and the remedy, "" when stopped; both in the thread.
    One thread at a time holds a source: the next one stops it, and is refused (SourceBroken) while its driver hangs."""

    name: str
    opening: Callable[[], PictureSource]
    ring: RingAddress
    fps: float
    on_frame: Callable[[Frame], None]
    on_end: Callable[[str, str], None]

    def __post_init__(self) -> None:
        self._right = _sources.take(self.name, self, lambda: None)
        if not self._right.begin_use(self, 0.0):
            raise SourceBroken(
                f"{self.name} hangs: its driver does not return", "unplug it, or restart Gerald"
            )
        self._end = threading.Event()
        # When the last picture came, in monotonic seconds; at first, when the thread was started.
        self.last = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="vision.camera capture", daemon=True)
        self._thread.start()

    def end(self, within: float = 0.0) -> bool:
        """Tell the thread to end, and wait so long for it. False when it is still there."""
        self._end.set()
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        why, remedy = "", ""
        try:
            self._capture()
        except SourceBroken as broken:
            why, remedy = str(broken), broken.remedy
        except NoRoom as error:
            why, remedy = str(error), f"give {SHARED} more room (docker run --shm-size=64m)"
        except FileNotFoundError:
            why, remedy = "the ring of pictures is gone", "restart vision.camera"
        except Exception as error:  # cv2.error and whatever a driver's wrapper raises
            why, remedy = f"{type(error).__name__}: {error}", "choose another computer_vision.source"
        self._right.end_use()
        _sources.leave(self.name, self)
        self.on_end(why, remedy)

    def _capture(self) -> None:
        # One picture is resized at a time, and the cores are wanted elsewhere.
        cv2.setNumThreads(1)
        writer = RingWriter(self.ring)
        source = self.opening()
        try:
            self._take_pictures(source, writer)
        finally:
            source.close()
            writer.close()

    def _take_pictures(self, source: PictureSource, writer: RingWriter) -> None:
        begun, frame_time = time.monotonic(), None
        while self._right.is_owned_by(self):
            before: FrameTime | None = frame_time
            frame_time = next_frame_time(before, time.monotonic() - begun, source.fps, self.fps)
            if self._end.wait(max(0.0, begun + frame_time.due - time.monotonic())):
                return
            skip = frame_time.position - before.position - 1 if before is not None else 0
            picture = fit(source.read(skip), self.ring.slot_bytes)
            frame = writer.write(picture, time.time())
            self.last = time.monotonic()
            self.on_frame(frame)


def fit(picture: Picture, most: int) -> Picture:
    """The picture, made smaller where it has more than `most` bytes; its proportions stay."""
    if picture.nbytes <= most:
        return picture
    height, width, channels = picture.shape
    scale = (most / picture.nbytes) ** 0.5
    size = max(1, int(width * scale)), max(1, int(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8).reshape(size[1], size[0], channels)
