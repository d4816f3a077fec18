"""The threads of incarnations and of the watchdog, replaced by tasks of the scheduler."""

from collections.abc import Callable, Iterable

from actors.kernel.actor import Actor
from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.protocol.lifecycle import Failure
from supervisor.nodes.thread import FailedStart, ThreadHandle
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.watchdog import Watchdog
from supervisor.simulation.nodes.tasks import IncarnationTask
from supervisor.simulation.scheduler import Scheduler

LOOK_EVERY = 0.5
THREAD_STARTS = 0.001
"""Seconds between two checks of the watchdog, and until a new thread runs, on average."""


class SimulatedThreads:
    """In place of supervisor.nodes.thread.ThreadLauncher. tasks, actors: the newest at each address."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.tasks: dict[str, IncarnationTask] = {}
        self.actors: dict[str, Actor] = {}
        self._scheduler = scheduler

    def launch(self, slot: ActorSlot, make: Callable[[Ended], Incarnation], on_end: Ended) -> ActorHandle:
        """Run the incarnation that `make` makes as a task."""
        try:
            incarnation = make(on_end)
        except Exception as error:
            failure = Failure(type(error).__name__, str(error)[:500])
            self._scheduler.after(0.0, lambda: on_end(failure))
            return FailedStart()
        task = self.tasks[slot.address] = IncarnationTask(self._scheduler, incarnation)
        self.actors[slot.address] = incarnation.actor
        self._scheduler.after(self._scheduler.dice.expovariate(1.0 / THREAD_STARTS), task.start)
        return ThreadHandle(incarnation, on_end)


class SimulatedWatchdog:
    """The real watchdog, which looks when the scheduler lets it."""

    def __init__(
        self, scheduler: Scheduler, slots: Callable[[], Iterable[ActorSlot]], directory: Directory, now: float
    ) -> None:
        self._scheduler = scheduler
        self._watchdog = Watchdog(slots, directory, now)

    def start(self) -> None:
        """Begin to check."""
        self._scheduler.after(LOOK_EVERY, self._look)

    def close(self) -> None:
        """It ends with its process."""

    def _look(self) -> None:
        now = self._scheduler.clock.time
        if self._scheduler.depth:
            self._watchdog.look_again(now)
        else:
            self._watchdog.looked_at = now  # no handler is under way: there is nothing to see
        self.start()
