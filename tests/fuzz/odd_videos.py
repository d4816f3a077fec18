"""Files that are named as videos: damaged ones, and whole ones that nobody expects."""

import random
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from tests.fuzz.mutation import raw

SIZES = ((16, 16), (17, 31), (320, 180), (1, 64), (640, 8))


def odd_video(at: random.Random, folder: Path) -> Path:
    """One file in `folder`."""
    return at.choice(KINDS)(at, folder)


def _written(
    at: random.Random, folder: Path, size: tuple[int, int], fps: float, frames: int, *, grey: bool = False
) -> Path:
    path = folder / "odd.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, size, not grey)
    source = np.random.default_rng(at.randrange(1 << 30))
    for _ in range(frames):
        shape = (size[1], size[0]) if grey else (size[1], size[0], 3)
        writer.write(source.integers(0, 256, shape, np.uint8))
    writer.release()
    return path


def _usual(at: random.Random, folder: Path) -> Path:
    return _written(at, folder, (320, 180), 30.0, 4)


def _odd(at: random.Random, folder: Path) -> Path:
    fps = at.choice((0.01, 1.0, 23.976, 1000.0))
    return _written(at, folder, at.choice(SIZES), fps, at.choice((0, 1, 2)), grey=at.random() < 0.3)


def _large(at: random.Random, folder: Path) -> Path:
    path = folder / "8k.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 30.0, (7680, 4320))
    writer.write(np.full((4320, 7680, 3), at.randrange(256), np.uint8))
    writer.release()
    return path


def _changed(at: random.Random, folder: Path) -> Path:
    path = _usual(at, folder)
    path.write_bytes(raw(path.read_bytes(), at))
    return path


def _truncated(at: random.Random, folder: Path) -> Path:
    path = _usual(at, folder)
    data = path.read_bytes()
    path.write_bytes(data[: at.randrange(len(data))])
    return path


def _of_several_sizes(at: random.Random, folder: Path) -> Path:
    """Pictures of other sizes than the file says, and grey ones among them: JPEGs one after another."""
    path = folder / "several.mjpeg"
    source = np.random.default_rng(at.randrange(1 << 30))
    shapes = [(16, 16, 3), (90, 160, 3), (64, 8, 3), (33, 47), (180, 320)]
    pictures = [source.integers(0, 256, at.choice(shapes), np.uint8) for _ in range(4)]
    path.write_bytes(b"".join(cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures))
    return path


def _picture(at: random.Random, folder: Path) -> Path:
    """A single picture: grey, with alpha, or with 16 bits."""
    path = folder / at.choice(("one.png", "img_%02d.png", "one.bmp"))
    name = Path(str(path).replace("%02d", "00"))
    shape = at.choice(((20, 30), (20, 30, 3), (20, 30, 4)))
    kind = np.uint16 if name.suffix == ".png" and at.random() < 0.3 else np.uint8
    name.write_bytes(cv2.imencode(name.suffix, np.full(shape, 200, kind))[1].tobytes())
    return path if name == path else name


def _nothing(at: random.Random, folder: Path) -> Path:
    path = folder / at.choice(
        ("empty.avi", "text.avi", "noise.mp4", "noise.mkv", "noise.gif", "folder", "missing.avi")
    )
    if path.name == "folder":
        path.mkdir()
    elif path.name == "text.avi":
        path.write_text("no video, whatever its name says\n" * at.randrange(1, 99))
    elif path.name != "missing.avi":
        heads = {".avi": b"", ".mp4": b"\0\0\0\x20ftypisom", ".mkv": b"\x1aE\xdf\xa3", ".gif": b"GIF89a"}
        path.write_bytes(
            heads[path.suffix] + (at.randbytes(at.randrange(4000)) if "noise" in path.name else b"")
        )
    return path


KINDS: tuple[Callable[[random.Random, Path], Path], ...] = (
    _odd, _odd, _changed, _changed, _truncated, _truncated, _of_several_sizes, _picture, _nothing, _nothing, _usual,
)  # fmt: skip
