"""The persistence's writer without its thread: a round takes as long as the simulated disk."""

from collections.abc import Callable

from actors.persistence.requests import StoreRequest
from actors.persistence.write_behind import WriteBehind
from actors.persistence.writer import Writer
from supervisor.simulation.environment.disk import Disk, PowerCut
from supervisor.simulation.scheduler import Scheduler


class SimulatedWriter(Writer):
    """cut: called when the power fails in the middle of a round."""

    def __init__(
        self, write_behind: WriteBehind, scheduler: Scheduler, disk: Disk, cut: Callable[[], None]
    ) -> None:
        super().__init__("simulated", write_behind, scheduler.clock.monotonic)
        self.closed = False
        self._scheduler = scheduler
        self._disk = disk
        self._cut = cut
        self._busy = False
        self._dead = False
        self._look = 0

    def give_up(self) -> None:
        """End, as the process has ended."""
        self._dead = True

    def _begin(self) -> None:
        self._rouse()

    def _rouse(self) -> None:
        if not (self._busy or self._dead or self.closed):
            self._busy = True
            self._scheduler.after(0.0, self._round)

    def _wait(self, within: float) -> bool:
        self._scheduler.hang(within, lambda: self.closed or self._dead)
        return self.closed

    def _round(self) -> None:
        if self._dead:
            return
        batch = self._taken()
        if batch is None:
            self._guarded(self._close)
            self.closed = True
        elif batch or self.write_behind.due_in() == 0.0:
            self._scheduler.after(self._disk.latency(), lambda: self._work(batch))
        else:
            self._rest()

    def _work(self, batch: list[StoreRequest]) -> None:
        if not self._dead:
            self._guarded(lambda: self._do_group(batch))
            self._round()

    def _rest(self) -> None:
        """Wait until there is a request, or something is due."""
        self._busy = False
        due = self.write_behind.due_in()
        if due is not None:
            self._look += 1
            look = self._look
            self._scheduler.after(due, lambda: self._rouse() if look == self._look else None)

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except PowerCut:
            self._dead = True
            self._cut()
