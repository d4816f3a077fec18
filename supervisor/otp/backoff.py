"""How long to wait before a restart: pure decisions on the times of past failures."""

import random

from actors.vocabulary.backoff import Backoff

__all__ = ["pause", "recent"]


def recent(failures: tuple[float, ...], now: float, period: float) -> tuple[float, ...]:
    """The failures of the last `period` seconds. Times are monotonic seconds, oldest first."""
    return tuple(at for at in failures if now - at < period)


def pause(failures: tuple[float, ...], now: float, backoff: Backoff, rng: random.Random) -> float:
    """Seconds to wait before the restart after the newest of `failures`, with up to 20 % of jitter."""
    seconds = backoff.restart_pause(failures, now)
    return seconds * rng.uniform(0.8, 1.0) if seconds else 0.0
