"""Looks at what the bot uses of the machine, on a thread of its own; by psutil."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from actors.system.internal import ResourcesSampled
from actors.system.state import ResourceUsage

log = logging.getLogger(__name__)


class Sampler:
    """Passes each sample and its request's cause to `tell`. home: the folder whose disk is measured."""

    def __init__(self, tell: Callable[[ResourcesSampled, str], None], home: Path) -> None:
        self._tell = tell
        self._home = home
        self._known: dict[int, psutil.Process] = {}
        self._thread: threading.Thread | None = None

    def sample(self, cause: str = "") -> None:
        """Take one sample, soon; nothing when the last one is still being taken."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, args=(cause,), name="resources", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Wait for a sample that is being taken, up to a second."""
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self, cause: str) -> None:
        try:
            me = psutil.Process()
            sampled = ResourcesSampled(self._look(me), max(0.0, time.time() - me.create_time()))
        except (psutil.Error, OSError) as error:  # OSError: no more files can be opened
            log.debug("no sample of the resources: %s", error)
            return
        self._tell(sampled, cause)

    def _look(self, me: psutil.Process) -> ResourceUsage:
        family = {process.pid: process for process in (me, *me.children(recursive=True))}
        # cpu_percent counts since the last call on the same object.
        self._known = {
            pid: self._known[pid] if self._known.get(pid) == process else process
            for pid, process in family.items()
        }
        cpu, memory, threads = 0.0, 0, 0
        for process in self._known.values():
            with contextlib.suppress(psutil.Error, OSError), process.oneshot():
                cpu += process.cpu_percent()
                memory += process.memory_info().rss
                threads += process.num_threads()
        return ResourceUsage(round(cpu, 1), memory, len(self._known), threads, self._free())

    def _free(self) -> int:
        """Bytes; 0 where the disk cannot be asked."""
        with contextlib.suppress(OSError):
            return psutil.disk_usage(str(self._home)).free
        return 0
