"""How long to wait before what failed is tried again. Pure."""

from dataclasses import dataclass


# A dataclass, since the launcher uses it, which imports next to nothing.
@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses between tries, in seconds: `initial`, doubling up to `max`; anew after `reset` in peace.

    slow: the pause between tries after a supervisor that degrades has given up.
    """

    initial: float = 0.1
    max: float = 5.0
    reset: float = 30.0
    slow: float = 30.0

    def pause(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row; 0.0 after none."""
        return min(self.max, self.initial * 2.0 ** min(failures - 1, 64)) if failures > 0 else 0.0

    def restart_pause(self, failures: tuple[float, ...], now: float) -> float:
        """Seconds to wait before the restart after the newest of `failures`, monotonic seconds, oldest first.

        The first restart is immediate. Failures before a gap of `reset` seconds without one are forgotten.
        """
        streak, later = 0, now
        for at in reversed(failures):
            if later - at >= self.reset:
                break
            streak, later = streak + 1, at
        return self.pause(streak - 1)
