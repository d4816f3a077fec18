"""How often a password may be tried: each address ever more slowly, and all of them together."""

import ipaddress
import threading
from collections import deque
from dataclasses import dataclass

FREE = 5
"""Attempts of an address before it must wait."""
LONGEST = 900.0
FORGOTTEN = 3600.0
"""Seconds without an attempt after which an address begins anew."""
MOST = 4096
"""Addresses that are remembered."""
IN_ALL, PERIOD, APART = 60, 600.0, 10.0
"""Attempts of everybody within so many seconds, after which each must wait so long after the last."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How often an address has tried, and when it last did."""

    times: int = 0
    last: float = 0.0

    @property
    def until(self) -> float:
        """When it may try again."""
        late = self.times - FREE
        return self.last + (min(2.0**late, LONGEST) if late >= 0 else 0.0)


class Attempts:
    """Counted in memory only. Times in seconds of a clock that goes forward. For any thread."""

    def __init__(self) -> None:
        self._tried: dict[str, Tried] = {}
        self._all: deque[float] = deque(maxlen=IN_ALL)
        self._trusted: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, address: str, now: float) -> float:
        """Count an attempt; 0, or the seconds that it must wait, and then it is not counted."""
        whose = group(address)
        with self._lock:
            tried = self._tried.get(whose, Tried())
            if now - tried.last > FORGOTTEN:
                tried = Tried()
            wait = max(tried.until - now, 0.0 if whose in self._trusted else self._crowd(now))
            if wait > 0.0:
                return wait
            self._tried.pop(whose, None)  # the newest stand last
            self._tried[whose] = Tried(tried.times + 1, now)
            self._all.append(now)
            while len(self._tried) > MOST:
                self._tried.pop(next(iter(self._tried)))
        return 0.0

    def succeeded(self, address: str) -> None:
        """It knew the password: what others try does not hold it up from now on."""
        whose = group(address)
        with self._lock:
            self._tried.pop(whose, None)
            if len(self._trusted) < MOST:
                self._trusted.add(whose)

    def _crowd(self, now: float) -> float:
        """Seconds to wait for everybody."""
        if len(self._all) < IN_ALL or self._all[0] < now - PERIOD:
            return 0.0
        return max(0.0, self._all[-1] + APART - now)


def group(address: str) -> str:
    """Whom an address stands for: one machine has all of 127.0.0.0/8, and a whole /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return group(str(found.ipv4_mapped))
        if not found.is_loopback:
            return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return "loopback" if found.is_loopback else str(found)
