"""A real video with something that moves in it."""

from pathlib import Path

import cv2
import numpy as np
import pytest


def write_video(
    path: Path, fps: float = 30.0, seconds: float = 4.0, size: tuple[int, int] = (320, 180)
) -> Path:
    """A grey room; in its second half a white square walks through it."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, size)
    assert writer.isOpened()
    frames = int(fps * seconds)
    for n in range(frames):
        picture = np.full((size[1], size[0], 3), 90, np.uint8)
        if n > frames // 2:
            x = int((n - frames // 2) / (frames // 2) * (size[0] - 50))
            picture[60:110, x : x + 50] = 255
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "room.avi")
