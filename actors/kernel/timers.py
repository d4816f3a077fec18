"""The timers of one incarnation: soonest first, those set earlier first among equals, cheap to set and to cancel."""

import heapq
from itertools import count

from actors.kernel.message import Message

__all__ = ["Timer", "Timers"]

Timer = tuple[float, int, Message, str, int]
"""When it is due (monotonic seconds), its number, the message to handle then, and that one's cause and turn."""


class Timers:
    """heap: a heap of timers whose head is never a cancelled one, so that it is empty when nothing is pending."""

    def __init__(self) -> None:
        self.heap: list[Timer] = []
        self._pending: set[int] = set()
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._pending)

    def set(self, due: float, message: Message, cause: str = "", turn: int = 0) -> int:
        """Add a timer; its number."""
        number = next(self._numbers)
        self._pending.add(number)
        heapq.heappush(self.heap, (due, number, message, cause, turn))
        return number

    def cancel(self, number: int) -> bool:
        """Forget a timer; False if it has fired, or never was."""
        if number not in self._pending:
            return False
        self._pending.discard(number)
        if len(self.heap) > 2 * len(self._pending) + 16:
            self.heap[:] = [timer for timer in self.heap if timer[1] in self._pending]
            heapq.heapify(self.heap)
        self._drop_cancelled()
        return True

    @property
    def pending(self) -> tuple[Timer, ...]:
        """Those that have neither fired nor been cancelled, soonest first."""
        return tuple(sorted((t for t in self.heap if t[1] in self._pending), key=lambda timer: timer[:2]))

    @property
    def next_number(self) -> int:
        """The number of the timer that is set next."""
        return int(self._numbers.__reduce__()[1][0])

    def pop(self) -> Timer:
        """Take out the soonest. Raises IndexError when there is none."""
        timer = heapq.heappop(self.heap)
        self._pending.discard(timer[1])
        self._drop_cancelled()
        return timer

    def take(self, message: Message, cause: str, turn: int) -> bool:
        """Take out the soonest with this message, cause and turn: it has fired; False if there is none."""
        for timer in self.pending:
            if timer[2:] == (message, cause, turn):
                return self.cancel(timer[1])
        return False

    def restore(self, timer: Timer) -> None:
        """Add a timer as it was, with its number."""
        self._pending.add(timer[1])
        heapq.heappush(self.heap, timer)

    def count_from(self, number: int) -> None:
        """Let the next timer have this number."""
        self._numbers = count(number)

    def clear(self) -> None:
        """Forget all."""
        self.heap.clear()
        self._pending.clear()

    def _drop_cancelled(self) -> None:
        while self.heap and self.heap[0][1] not in self._pending:
            heapq.heappop(self.heap)
