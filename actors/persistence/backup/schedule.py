"""When a backup is due, and which older ones may be removed. Pure."""

from collections.abc import Iterable

import msgspec

FIRST_AFTER = 60.0
"""Seconds after the start before which no backup is made."""
RETRY_AFTER = (60.0, 300.0, 900.0, 3600.0)
"""Seconds after the first, second, ... failure in a row."""
LOOK_EVERY = 60.0


class Tries(msgspec.Struct, frozen=True):
    """Failures in a row, and the time of the last one (epoch seconds)."""

    failures: int = 0
    failed_at: float = 0.0


NEVER_FAILED = Tries()


def is_due(now: float, made: Iterable[float], interval: float, tries: Tries = NEVER_FAILED) -> bool:
    """Whether a backup is due. made: when each backup in the folder was made, epoch seconds.

    Those from the future are ignored: some clock was or is wrong, and waiting for them could take years.
    """
    if interval <= 0.0:
        return False
    if tries.failures:
        waits = RETRY_AFTER[min(tries.failures, len(RETRY_AFTER)) - 1]
        if 0.0 <= now - tries.failed_at < waits:
            return False
    newest = max((at for at in made if at <= now), default=None)
    return newest is None or now - newest >= interval


def removable(
    made: Iterable[float], newest_valid: float, now: float, keep: int, max_age: float
) -> tuple[float, ...]:
    """The times of the backups that are too many or too old. made: of all. max_age: 0 for no limit.

    newest_valid: of the one just made and verified, which stays.
    """
    others = sorted((at for at in made if at != newest_valid), reverse=True)
    return tuple(
        at
        for place, at in enumerate(others, 2)  # the valid one is the first to be kept
        if place > keep or (0.0 < max_age < now - at)
    )


def look_in(interval: float) -> float:
    """Seconds until the next check. Short, since a clock may be set and a machine may sleep."""
    return min(LOOK_EVERY, max(1.0, interval))
