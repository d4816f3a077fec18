"""What was refused on the wire, and why: counted, never answered, and never a reason to treat somebody else worse."""

import threading
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why a record or a greeting was refused; short, for counters."""

    OVERSIZED = "oversized"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"  # of a session or a channel that never was
    LATE = "late"  # of a channel that is closed, or a connection that is lost
    FORGED = "forged"  # it was not sealed by the other end
    REPLAYED = "replayed"
    GAP = "gap"  # records before it are gone, which ends the channel
    FLOOD = "flood"  # more than the window allows, which ends the channel
    TOO_MANY = "too many"  # greetings
    VERSION = "version"


class Refusals:
    """Counters by reason. Any thread may use it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, reason: str) -> None:
        with self._lock:
            self._counts[reason] += 1

    def counts(self) -> Mapping[str, int]:
        """As they are now."""
        with self._lock:
            return dict(self._counts)


class RateLimit:
    """Allows `burst` at once and `rate` a second in the long run. Not thread-safe. Times: monotonic seconds."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, 0.0

    def allows(self, now: float) -> bool:
        """Whether one more is within the limit; if so, it is counted."""
        self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._rate)
        self._at = max(now, self._at)
        if self._left < 1:
            return False
        self._left -= 1
        return True
