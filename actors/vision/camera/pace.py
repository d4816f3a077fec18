"""When to take the next picture, which one, and who is told of it: pure."""

from collections.abc import Mapping

import msgspec

from actors.vision.messages import DEPTH, DETECTOR, READER
from config.schema import ComputerVision


class FrameTime(msgspec.Struct, frozen=True):
    """A picture to take. tick: counts from 0. due: seconds after the first one. position: its number in the source."""

    tick: int
    due: float
    position: int


def next_frame_time(
    last: FrameTime | None, elapsed: float, source_fps: float, capture_fps: float
) -> FrameTime:
    """What follows `last`, `elapsed` seconds after the first picture; late ones are left out, never caught up.

    source_fps: 0.0 for a source without a pace; of a faster one pictures are left out."""
    fps = min(source_fps, capture_fps) if source_fps > 0.0 else capture_fps
    if last is None:
        return FrameTime(0, 0.0, 0)
    tick = max(last.tick + 1, int(elapsed * fps))
    position = max(last.position + 1, int(tick * (source_fps or fps) / fps))
    return FrameTime(tick, tick / fps, position)


EASY_FPS = 1.0

EARLY = 0.9  # share of the interval after which the next picture is given, or equal rates would lose every second one


def listeners(vision: ComputerVision) -> Mapping[str, float]:
    """Who is told of new pictures, and how often a second at most."""
    rates = {DETECTOR: vision.processing_fps, READER: vision.reading_fps, DEPTH: vision.depth_fps}
    return {name: fps for name, fps in rates.items() if name != DEPTH or vision.depth_estimation}


def easier(rates: Mapping[str, float]) -> Mapping[str, float]:
    """The rates while somebody waits for an answer: who is there stays known, and nothing else is looked for."""
    return {DETECTOR: min(EASY_FPS, rates[DETECTOR])}


def turn_of(due: Mapping[str, float], rates: Mapping[str, float], now: float) -> Mapping[str, float]:
    """Of those whose turn it is at `now` (monotonic seconds), when the next one is. due: when each one's turn is."""
    return {address: now + EARLY / fps for address, fps in rates.items() if due.get(address, 0.0) <= now}
