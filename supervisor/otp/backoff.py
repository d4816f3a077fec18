"""How long to wait before a restart: pure decisions on the times of past failures."""

import random

from supervisor.otp.spec import Backoff

__all__ = ["pause", "recent"]


def recent(failures: tuple[float, ...], now: float, period: float) -> tuple[float, ...]:
    """The failures of the last `period` seconds. Times are monotonic seconds, oldest first."""
    return tuple(at for at in failures if now - at < period)


def pause(failures: tuple[float, ...], now: float, backoff: Backoff, rng: random.Random) -> float:
    """Seconds to wait before the restart after the newest of `failures`.

    The first restart is immediate; then `initial`, doubling up to `max`, each with up to 20 % of jitter. Failures
    before a gap of `reset` seconds without one are forgotten.
    """
    streak = 0
    later = now
    for at in reversed(failures):
        if later - at >= backoff.reset:
            break
        streak, later = streak + 1, at
    if streak <= 1:
        return 0.0
    return min(backoff.max, backoff.initial * 2.0 ** min(streak - 2, 64)) * rng.uniform(0.8, 1.0)
