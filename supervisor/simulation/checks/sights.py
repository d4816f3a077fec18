"""Checks that the tracker tells of what is there, of nobody twice, and of nothing older after something newer."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from actors.kernel.record import Handled, Started, Stopped
from actors.vision.messages import TRACKER, Looked, Sight, Sighted
from actors.vision.tracker.tracker import LOOK_EVERY
from actors.vision.tracker.tracks import LASTS

LATEST = LASTS + LOOK_EVERY + 1.0
"""Seconds after the last that was shown within which the tracker tells that nobody is seen any more."""


@dataclass(slots=True)
class Sights:
    """shown: when somebody was last shown to the tracker. told: how often it told the world."""

    _shown: Callable[[], float]
    _fault: Callable[[str], None]
    told: int = 0
    _generation: int = 0
    _gone: frozenset[int] = frozenset()
    _seen: frozenset[int] = frozenset()

    def begin(self) -> None:
        """A new process: numbers begin again, and pictures go on."""
        self._gone = self._seen = frozenset()
        self._generation = 0

    def incarnation_changed(self, record: Started | Stopped) -> None:
        """Another tracker knows nothing of the one before."""
        if record.address == TRACKER:
            self.begin()

    def tracker(self, record: Handled) -> None:
        """Note what it is told, and check what it tells."""
        for envelope in record.sent:
            if isinstance(envelope.message, Sighted):
                self.told += 1
                self._check_order(record)
                self._check(envelope.message.sights, record.begun)

    def _check_order(self, record: Handled) -> None:
        cause = record.envelope.message
        if not isinstance(cause, Looked):
            return
        if cause.generation <= self._generation:
            self._fault(f"sight: told of picture {cause.generation} after picture {self._generation}")
        self._generation = cause.generation

    def _check(self, sights: tuple[Sight, ...], now: float) -> None:
        numbers = [sight.track for sight in sights]
        people = Counter(sight.person.user_id for sight in sights if sight.person.is_known)
        for user_id, count in people.items():
            if count > 1:
                self._fault(f"sight: {user_id} is seen in {count} places")
        if len(set(numbers)) < len(numbers):
            self._fault(f"sight: a number twice in {numbers}")
        if back := self._gone & set(numbers):
            self._fault(f"sight: {sorted(back)} had gone, and are back under the same numbers")
        if numbers and now - self._shown() > LATEST:
            self._fault(f"sight: {numbers} are seen, and nobody was shown for {now - self._shown():.1f} s")
        self._gone |= self._seen - set(numbers)
        self._seen = frozenset(numbers)
