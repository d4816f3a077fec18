"""Virtual time and the choice of the next task: the only place where a simulation decides about order.

The next of the runnable tasks is drawn from the seed: threads could run in every such order. Time moves only when no
task is runnable.
"""

import heapq
import random
from collections.abc import Callable
from itertools import count

EPOCH = 1_700_000_000.0
"""Epoch seconds at which a simulation begins."""

STALLS = 0.1
"""The probability that a woken task is late, as a thread is while others have the processor."""
STALL = 0.002
LONGEST_STALL = 0.05
"""Seconds by which it is late: on average, and at most."""

DEEPEST = 12
"""How many tasks may hang at a time, one within another."""


class SimulatedClock:
    """Time that only the scheduler moves (actors.kernel.handler_context.Clock). time: monotonic seconds. skew: seconds
    by which the wall clock is wrong."""

    __slots__ = ("skew", "time")

    def __init__(self) -> None:
        self.time = 0.0
        self.skew = 0.0

    def monotonic(self) -> float:
        return self.time

    def wall(self) -> float:
        return EPOCH + self.time + self.skew


class Task:
    """Runs `step` until that returns False: nothing is left to do. queued: runnable, or about to be. held: within a
    step that hangs."""

    __slots__ = ("held", "name", "queued", "scheduler", "step")

    def __init__(self, scheduler: "Scheduler", name: str, step: Callable[[], bool]) -> None:
        self.scheduler = scheduler
        self.name = name
        self.step = step
        self.queued = False
        self.held = False

    def wake(self) -> bool:
        """Become runnable soon. Always True (Mailbox.express)."""
        if not self.queued:
            self.queued = True
            scheduler = self.scheduler
            if scheduler.random() < STALLS:
                delay = min(scheduler.dice.expovariate(1.0 / STALL), LONGEST_STALL)
                scheduler.after(delay, self._enter)
            else:
                scheduler.runnable.append(self)
        return True

    def _enter(self) -> None:
        if not self.held:
            self.scheduler.runnable.append(self)


class Scheduler:
    """runnable: tasks that can run now. halted: no task runs until `renew`. depth: the number of tasks that hang."""

    def __init__(self, seed: str) -> None:
        self.clock = SimulatedClock()
        self.dice = random.Random(seed)
        self.random = self.dice.random
        self.runnable: list[Task] = []
        self.current: Task | None = None
        self.halted = False
        self.depth = 0
        self._events: list[tuple[float, int, int, Callable[[], object]]] = []
        self._numbers = count()
        self._generation = 1

    def at(self, time: float, call: Callable[[], object]) -> None:
        """Call `call` at `time` (monotonic seconds), unless there is a `renew` before."""
        heapq.heappush(self._events, (time, next(self._numbers), self._generation, call))

    def after(self, seconds: float, call: Callable[[], object]) -> None:
        """Call `call` in `seconds`, unless there is a `renew` before."""
        self.at(self.clock.time + seconds, call)

    def schedule_external(self, time: float, call: Callable[[], object]) -> None:
        """Call `call` at `time`, also after a `renew`: it belongs to the environment."""
        heapq.heappush(self._events, (time, next(self._numbers), 0, call))

    def halt(self) -> None:
        """End the process: steps that run come to their end without an effect."""
        self.halted = True
        self.runnable.clear()  # a task that enters later belongs to the ended process, and does nothing

    def renew(self) -> None:
        """Begin another process: tasks and calls of the previous one are dropped."""
        self.runnable.clear()
        self._generation += 1
        self.halted = False

    def run(self, until: float, over: Callable[[], bool] | None = None) -> None:
        """Run the tasks until the time `until`, or until `over()` is True before time moves."""
        runnable, events, random, clock = self.runnable, self._events, self.random, self.clock
        while not self.halted:
            while runnable:
                index = int(random() * len(runnable))
                task = self.current = runnable[index]
                if not task.step():
                    self._remove(task, index)
            self.current = None
            if over is not None and over():
                return
            if not events or events[0][0] > until:
                clock.time = max(clock.time, until)
                return
            due, _, generation, call = heapq.heappop(events)
            if generation and generation != self._generation:
                continue
            clock.time = max(clock.time, due)
            call()

    def _remove(self, task: Task, index: int) -> None:
        """Remove a task; the last one takes its place."""
        runnable = self.runnable
        if index >= len(runnable) or runnable[index] is not task:
            if task in runnable:
                runnable.remove(task)
            return
        last = runnable.pop()
        if last is not task:
            runnable[index] = last

    def hang(self, seconds: float, over: Callable[[], bool] | None = None) -> None:
        """Called within a step: its task hangs for `seconds` while all others go on."""
        task = self.current
        if task is None or self.depth >= DEEPEST or self.halted:
            return
        if task in self.runnable:
            self.runnable.remove(task)
        task.queued = task.held = True
        self.depth += 1
        try:
            self.run(self.clock.time + seconds, over)
        finally:
            self.depth -= 1
            task.held = False
            self.current = task
            self.runnable.append(task)
