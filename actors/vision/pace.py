"""When to take the next picture, and which one: pure."""

import msgspec

__all__ = ["Moment", "next_moment"]


class Moment(msgspec.Struct, frozen=True):
    """One picture to take. tick: counts them from 0. due: seconds after the first one. position: which picture of the
    source that is."""

    tick: int
    due: float
    position: int


def next_moment(last: Moment | None, elapsed: float, source_fps: float, capture_fps: float) -> Moment:
    """What follows `last`, when `elapsed` seconds have gone by since the first picture.

    source_fps: 0.0 for a source that has no pace of its own; of a faster one pictures are left out. Whoever is late
    does not catch up: what is past is left out, too."""
    fps = min(source_fps, capture_fps) if source_fps > 0.0 else capture_fps
    if last is None:
        return Moment(0, 0.0, 0)
    tick = max(last.tick + 1, int(elapsed * fps))
    position = max(last.position + 1, int(tick * (source_fps or fps) / fps))
    return Moment(tick, tick / fps, position)
