"""An incarnation's seat: its mail and its timers, one step at a time."""

from actors.kernel.incarnation import Incarnation
from supervisor.simulation.scheduler import Scheduler, Task

__all__ = ["IncarnationTask", "discard"]

NEVER = -1.0


def discard(life: Incarnation) -> None:
    """Its process is no more: what it still does, in the middle of a handler, has no effect and is nobody's account."""
    life.running = False
    life.fencing.close(lambda: life.current)
    life.context.log = None
    life.on_fence()


class IncarnationTask(Task):
    """Where an incarnation in a thread is driven from."""

    __slots__ = ("_clock", "_due", "_life")

    def __init__(self, scheduler: Scheduler, life: Incarnation) -> None:
        super().__init__(scheduler, life.address, self._step)
        self._life = life
        self._clock = scheduler.clock
        self._due = NEVER

    def start(self) -> None:
        """Begin the life, and go on with whatever waits for it."""
        if self._life.fenced:
            return
        self.scheduler.current = self
        if self._life.start():
            self.wake()

    def _step(self) -> bool:
        life = self._life
        if life.running:
            stepped = life.step(0.0)
            heap = life.timers.heap
            if heap and heap[0][0] != self._due:
                self._arm(heap[0][0])
            if stepped and (len(life.mailbox) or (heap and heap[0][0] <= self._clock.time)):
                return True
            if life.running:
                life.mailbox.rest(self.wake)
        self.queued = False
        return False

    def _arm(self, due: float) -> None:
        self._due = due
        self.scheduler.at(due, lambda: self._ring(due))

    def _ring(self, due: float) -> None:
        if due != self._due:
            return
        self._due = NEVER
        heap = self._life.timers.heap
        if not (self._life.running and heap):
            return
        if heap[0][0] <= self.scheduler.clock.time:
            self.wake()
        else:
            self._arm(heap[0][0])
