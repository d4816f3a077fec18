"""Who may use an engine next: the homes in turn, whoever asks most."""

import threading
from collections import deque


class Crowded(Exception):
    """Too many requests of this home wait already."""


class FairTurns:
    """`places` requests at a time. Of the homes that wait, one that uses the fewest places is next, and of several the
    one that has waited for its turn for the longest time: a flood of one home is felt by that home.

    most_waiting: of each home. `enter` and `leave` may be called from any thread."""

    def __init__(self, places: int, most_waiting: int) -> None:
        self._free = places
        self._most_waiting = most_waiting
        self._change = threading.Condition()
        self._waiting: dict[
            str, deque[object]
        ] = {}  # by home, those first that had no turn for the longest time
        self._using: dict[str, int] = {}
        self._granted: set[object] = set()
        self.served: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        with self._change:
            return sum(map(len, self._waiting.values()))

    def enter(self, home: str, timeout: float) -> bool:
        """Wait for a place; False after `timeout` seconds. Raises Crowded."""
        ticket = object()
        with self._change:
            if len(self._waiting.get(home, ())) >= self._most_waiting:
                raise Crowded(f"{self._most_waiting} requests wait already")
            self._waiting.setdefault(home, deque()).append(ticket)
            self._grant()
            if self._change.wait_for(lambda: ticket in self._granted, timeout):
                self._granted.discard(ticket)
                return True
            self._waiting[home].remove(ticket)
            if not self._waiting[home]:
                del self._waiting[home]
            return False

    def leave(self, home: str) -> None:
        """Give the place back."""
        with self._change:
            self._free += 1
            self._using[home] -= 1
            if not self._using[home]:
                del self._using[home]
            self._grant()

    def _grant(self) -> None:
        while self._free and self._waiting:
            home = min(self._waiting, key=lambda one: self._using.get(one, 0))
            tickets = self._waiting.pop(home)
            self._granted.add(tickets.popleft())
            if tickets:
                self._waiting[home] = tickets  # behind all others
            self._free -= 1
            self._using[home] = self._using.get(home, 0) + 1
            self.served[home] = self.served.get(home, 0) + 1
        self._change.notify_all()
