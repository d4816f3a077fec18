"""The timers of one incarnation: the soonest first, in the order of setting among equals."""

import heapq
from itertools import count

from actors.kernel.message import Message

Timer = tuple[float, int, Message, str, int]
"""When it is due (monotonic seconds), its number, its message, and the message's cause and turn."""


class Timers:
    """heap: its head is never a cancelled timer, so that it is empty when nothing is pending."""

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
        """Cancel a timer; False if it has fired, or was never set."""
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
        """All timers, soonest first."""
        return tuple(sorted((t for t in self.heap if t[1] in self._pending), key=lambda timer: timer[:2]))

    @property
    def next_number(self) -> int:
        """The number of the next timer."""
        return int(self._numbers.__reduce__()[1][0])

    def pop(self) -> Timer:
        """Remove and return the soonest. Raises IndexError for none."""
        timer = heapq.heappop(self.heap)
        self._pending.discard(timer[1])
        self._drop_cancelled()
        return timer

    def take(self, message: Message, cause: str, turn: int) -> bool:
        """Remove the soonest with this message, cause and turn; False for none."""
        for timer in self.pending:
            if timer[2:] == (message, cause, turn):
                return self.cancel(timer[1])
        return False

    def restore(self, timer: Timer) -> None:
        """Add a timer with its own number."""
        self._pending.add(timer[1])
        heapq.heappush(self.heap, timer)

    def count_from(self, number: int) -> None:
        """Set the number of the next timer."""
        self._numbers = count(number)

    def clear(self) -> None:
        """Drop all."""
        self.heap.clear()
        self._pending.clear()

    def _drop_cancelled(self) -> None:
        while self.heap and self.heap[0][1] not in self._pending:
            heapq.heappop(self.heap)
