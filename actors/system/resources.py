"""Looks at what the bot uses of the machine, every few seconds, on a thread of its own; by psutil."""

import contextlib
import threading
import time
from collections.abc import Callable

import psutil

from actors.system.internal import ResourcesSampled
from actors.system.state import ResourceUsage

__all__ = ["Sampler"]

EVERY = 5.0


class Sampler:
    """Calls `tell` with a sample at once and then every `every` seconds, until stopped."""

    def __init__(self, tell: Callable[[ResourcesSampled], None], every: float = EVERY) -> None:
        self._tell = tell
        self._every = every
        self._stop = threading.Event()
        self._known: dict[int, psutil.Process] = {}
        self._thread = threading.Thread(target=self._run, name="resources", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, within a second."""
        self._stop.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        me = psutil.Process()
        born = me.create_time()
        while True:
            self._tell(ResourcesSampled(self._sample(me), max(0.0, time.time() - born)))
            if self._stop.wait(self._every):
                return

    def _sample(self, me: psutil.Process) -> ResourceUsage:
        family = {process.pid: process for process in (me, *me.children(recursive=True))}
        # cpu_percent counts since the last call on the same object.
        self._known = {pid: self._known.get(pid, process) for pid, process in family.items()}
        cpu, memory, threads = 0.0, 0, 0
        for process in self._known.values():
            with contextlib.suppress(psutil.Error), process.oneshot():
                cpu += process.cpu_percent()
                memory += process.memory_info().rss
                threads += process.num_threads()
        return ResourceUsage(round(cpu, 1), memory, len(self._known), threads)
