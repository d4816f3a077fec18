"""A worker process as its parent holds it: the process, the wire to it, and the memory shared with it."""

import contextlib
import multiprocessing
import signal

import msgspec
import psutil

from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import Shared, shared_memory
from supervisor.nodes.local import LocalLink
from supervisor.nodes.secrets import Reveal, nothing_to_reveal
from supervisor.nodes.worker import run

__all__ = ["WorkerProcess"]

_spawn = multiprocessing.get_context("spawn")


class WorkerProcess:
    """Not started yet; `start` blocks for the spawn. `kill` may be called at any time, from any thread.

    reveal: gives the child the secrets of its sections.
    """

    def __init__(self, boot: Boot, reveal: Reveal = nothing_to_reveal) -> None:
        self.boot = boot
        self.reveal = reveal
        self.shared: Shared = shared_memory()
        ours, self._theirs = _spawn.Pipe(duplex=True)
        self.link = LocalLink(ours)
        self._process = _spawn.Process(
            target=run,
            args=(self._theirs, self.shared, msgspec.msgpack.encode(boot)),
            name=boot.address,
            daemon=True,
        )
        self._pid = 0
        self._killed = False
        self._measured: psutil.Process | None = None

    @property
    def pid(self) -> int:
        """The process id, 0 before it is started."""
        return self._pid

    @property
    def exitcode(self) -> int | None:
        """As in multiprocessing: minus the signal that killed it; None while it runs."""
        return self._process.exitcode

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        try:
            return self._process.is_alive()
        except ValueError:
            return False

    @property
    def sentinel(self) -> int:
        """What multiprocessing.connection.wait waits for its end by. Raises ValueError before its start."""
        return self._process.sentinel

    def start(self) -> None:
        """Spawn the process. Raises OSError."""
        if hasattr(signal, "pthread_sigmask"):
            # Inherited by the child, which so leaves Ctrl-C to its parent from its very first instruction on.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            self._theirs.close()
        self._pid = self._process.pid or 0
        if self._killed:
            self._process.kill()

    def kill(self) -> None:
        """SIGKILL, as soon as there is something to kill."""
        self._killed = True
        with contextlib.suppress(AttributeError, ValueError, OSError):
            self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, and reap it."""
        self._process.join(timeout)

    def release(self) -> None:
        """Give back what the system holds for it. After its end only."""
        self.link.close()
        with contextlib.suppress(ValueError):
            self._process.close()

    def rss(self) -> int:
        """Bytes of memory that it holds; 0 when that is not known."""
        try:
            if self._measured is None:
                self._measured = psutil.Process(self.pid)
            return int(self._measured.memory_info().rss)
        except (psutil.Error, ValueError):
            return 0
