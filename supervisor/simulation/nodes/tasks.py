"""The task that runs an incarnation: its mail and its timers, one step at a time."""

from actors.kernel.incarnation import Incarnation
from supervisor.simulation.scheduler import Scheduler, Task

NEVER = -1.0


def discard(incarnation: Incarnation) -> None:
    """End an incarnation with its process: the rest of a handler that runs has no effect."""
    incarnation.running = False
    incarnation.fencing.close(lambda: incarnation.current)
    incarnation.context.log = None
    incarnation.on_fence()


class IncarnationTask(Task):
    """Runs an incarnation, as its thread would."""

    __slots__ = ("_clock", "_due", "_incarnation")

    def __init__(self, scheduler: Scheduler, incarnation: Incarnation) -> None:
        super().__init__(scheduler, incarnation.address, self._step)
        self._incarnation = incarnation
        self._clock = scheduler.clock
        self._due = NEVER

    def start(self) -> None:
        """Start the incarnation, then handle its mail."""
        if self._incarnation.fenced:
            return
        self.scheduler.current = self
        if self._incarnation.start():
            self.wake()

    def _step(self) -> bool:
        incarnation = self._incarnation
        if incarnation.running:
            stepped = incarnation.step(0.0)
            heap = incarnation.timers.heap
            if heap and heap[0][0] != self._due:
                self._arm(heap[0][0])
            if stepped and (len(incarnation.mailbox) or (heap and heap[0][0] <= self._clock.time)):
                return True
            if incarnation.running:
                incarnation.mailbox.rest(self.wake)
        self.queued = False
        return False

    def _arm(self, due: float) -> None:
        self._due = due
        self.scheduler.at(due, lambda: self._ring(due))

    def _ring(self, due: float) -> None:
        if due != self._due:
            return
        self._due = NEVER
        heap = self._incarnation.timers.heap
        if not (self._incarnation.running and heap):
            return
        if heap[0][0] <= self.scheduler.clock.time:
            self.wake()
        else:
            self._arm(heap[0][0])
