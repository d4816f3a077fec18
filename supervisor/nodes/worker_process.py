"""A worker process seen from its parent: the process, the wire to it, and the memory shared with it."""

import atexit
import contextlib
import multiprocessing
import multiprocessing.connection as mpc
import signal
import sys
import weakref

import msgspec
import psutil

from actors.kernel.message import Envelope, decode, encode
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import WINDOW, Shared, shared_memory
from supervisor.nodes.local import LocalLink
from supervisor.nodes.secrets import NO_SECRETS, Reveal
from supervisor.nodes.worker import run

_spawn = multiprocessing.get_context("spawn")
_started: "weakref.WeakSet[WorkerProcess]" = weakref.WeakSet()


@atexit.register
def _kill_what_is_left() -> None:
    """Multiprocessing, whose own turn is later, would send SIGTERM, which workers ignore, and wait for ever."""
    for process in list(_started):
        process.kill()


class WorkerProcess:
    """A process on this machine (supervisor.nodes.child.Child). `start` blocks for the spawn.

    pid: 0 before the start. reveal: gives the child the secrets of its sections.
    """

    place = "process"
    window = WINDOW
    apart = None
    lost = refused = ""

    def __init__(self, boot: Boot, reveal: Reveal = NO_SECRETS) -> None:
        self.boot = boot
        self.reveal = reveal
        self.shared: Shared = shared_memory()
        ours, self._theirs = _spawn.Pipe(duplex=True)
        self.link = LocalLink(ours)
        # In shared memory, for the spawn writes its arguments into a pipe of which this process holds both ends: if the
        # child dies before it reads, what exceeds the pipe's 4 kB on Windows (64 on Linux) is never written to its end.
        # Kept as long as this object: `start` forgets its arguments, and what nobody holds is written over by the next.
        self._encoded = _spawn.RawArray("B", msgspec.msgpack.encode(boot))
        self._process = _spawn.Process(
            target=run,
            args=(self._theirs, self.shared, self._encoded),
            name=boot.address,
            daemon=True,
        )
        self.pid = 0
        self._killed = False
        self._measured: psutil.Process | None = None

    @property
    def exitcode(self) -> int | None:
        """As in multiprocessing: None while it runs, negative for the signal that killed it."""
        return self._process.exitcode

    @property
    def alive(self) -> bool:
        try:
            return self._process.is_alive()
        except ValueError:
            return False

    @property
    def started(self) -> bool:
        return self.pid > 0

    def start(self) -> None:
        """Spawn the process. Raises OSError."""
        _started.add(self)
        if sys.platform != "win32":
            # The child inherits it, and so leaves Ctrl-C to its parent from its first instruction on.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            self._theirs.close()
        self.link.end_with(self._process.sentinel)
        self.pid = self._process.pid or 0
        if self._killed:
            self._process.kill()

    def kill(self) -> None:
        """SIGKILL, or right after the start if it is not started yet."""
        self._killed = True
        with contextlib.suppress(AttributeError, ValueError, OSError):
            self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end and reap it; at once where it could not be started."""
        if self.pid:
            self._process.join(timeout)

    def ended_within(self, seconds: float) -> bool:
        with contextlib.suppress(OSError, ValueError):
            # Trusted even if the process still seems alive: other code may have taken its exit status.
            return bool(mpc.wait([self._process.sentinel], seconds))
        return not self.alive

    def encoded(self, envelope: Envelope) -> bytes:
        return encode(envelope)

    def received(self, data: bytes) -> Envelope:
        return decode(data)

    buried = received

    def release(self) -> None:
        """Free its resources, after its end."""
        self.link.close()
        with contextlib.suppress(ValueError):
            self._process.close()

    def rss(self) -> int:
        """Bytes of memory that it holds; 0 if unknown."""
        try:
            if self._measured is None:
                self._measured = psutil.Process(self.pid)
            return int(self._measured.memory_info().rss)
        except (psutil.Error, ValueError):
            return 0
