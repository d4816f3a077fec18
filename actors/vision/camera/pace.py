"""When to take the next picture, and which one: pure."""

import msgspec


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
