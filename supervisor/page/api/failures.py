"""How often somebody may come with a token that is none."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 20
PERIOD = 60.0
ADDRESSES = 256


class Failures:
    """Counts by address. Whoever has a good token is not held up by those who have none: a token cannot be guessed, so
    the limit is on what guessing costs us, and on what the log would get of it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def note(self, address: str) -> float:
        """Count one; the seconds to wait before the next, 0.0 while there is no need."""
        now = self._monotonic()
        with self._lock:
            since, count = self._counted.pop(address, (now, 0))
            if now - since >= PERIOD:
                since, count = now, 0
            self._counted[address] = since, count + 1
            if len(self._counted) > ADDRESSES:
                self._counted.popitem(last=False)
            return since + PERIOD - now if count >= MOST else 0.0
