"""Pinned actors' processes: spawned on demand, or kept loaded in standby, so that a death costs milliseconds."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.vocabulary.backoff import Backoff
from supervisor.nodes.boot import STANDBY, Boot
from supervisor.nodes.child import Child, MakeChild
from supervisor.nodes.link import FrameType, LinkClosed
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.secrets import NO_SECRETS, Reveal, answer
from supervisor.nodes.worker_process import WorkerProcess
from supervisor.otp.slot import ActorSlot

log = logging.getLogger(__name__)

RESPAWN = Backoff(0.5, 60.0)
"""Pauses before a standby process that died is replaced."""

LOOK = 1.0


class StandbyPool:
    """Starts the processes of a machine. Never blocks. on_handled: see InFlightTable. reveal: see WorkerProcess.
    make: makes one process."""

    def __init__(
        self,
        directory: Directory,
        on_handled: Callable[[Sequence[Envelope]], None] | None = None,
        reveal: Reveal = NO_SECRETS,
        make: MakeChild = WorkerProcess,
    ) -> None:
        self._directory = directory
        self._on_handled = on_handled
        self._reveal = reveal
        self._make = make
        self._lock = threading.Lock()
        self._places: dict[str, list[_StandbyPlace]] = {}
        self._closed = False

    def launch(
        self,
        slot: ActorSlot,
        boot: Boot,
        on_ready: Callable[[], None],
        on_end: Callable[[Failure | None], None],
    ) -> ProcessHandle:
        """Run an incarnation in a warm standby process, or in a new one.

        The pool is refilled to `boot.process.standby` only when it is ready: loading would compete with it before.
        """

        def ready() -> None:
            on_ready()
            self.provide(boot)

        child = self._take(boot) or self._make(boot, self._reveal)
        return ProcessHandle(slot, boot, self._directory, ready, on_end, child, self._on_handled)

    def discard(self, address: str) -> None:
        """End the standby processes of an actor."""
        with self._lock:
            places = self._places.pop(address, [])
        for place in places:
            place.end()

    def renew(self, boot: Boot) -> None:
        """Replace standby processes that have an earlier configuration."""
        with self._lock:
            has = bool(self._places.get(boot.address))
        if has:
            self.discard(boot.address)
            self.provide(boot)

    def close(self) -> None:
        """End all standby processes and make no more."""
        with self._lock:
            self._closed = True
            addresses = tuple(self._places)
        for address in addresses:
            self.discard(address)

    def warm(self) -> Mapping[str, int]:
        """How many warm standby processes there are, by address."""
        with self._lock:
            return {address: sum(p.warm for p in places) for address, places in self._places.items()}

    def _take(self, boot: Boot) -> Child | None:
        """A warm standby process made for the same start."""
        with self._lock:
            for place in tuple(self._places.get(boot.address, ())):
                if (child := place.take(boot)) is not None:
                    self._places[boot.address].remove(place)
                    return child
        return None

    def provide(self, boot: Boot) -> None:
        """Keep as many standby processes for this start as it asks for."""
        if not boot.process.standby:
            return
        with self._lock:
            places = self._places.setdefault(boot.address, [])
            while len(places) < boot.process.standby and not self._closed:
                standby = msgspec.structs.replace(boot, incarnation=STANDBY)
                places.append(_StandbyPlace(standby, self._reveal, self._make))


class _StandbyPlace:
    """One place in the pool: keeps a warm process until it is taken or the place ends."""

    def __init__(self, boot: Boot, reveal: Reveal, make: MakeChild) -> None:
        self._boot = boot
        self._reveal = reveal
        self._make = make
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._gone = threading.Event()
        self.warm = False
        threading.Thread(target=self._keep, name=f"{boot.address}/standby", daemon=True).start()

    def take(self, boot: Boot) -> Child | None:
        """The process, if it is warm and was made for the same start."""
        with self._lock:
            same = msgspec.structs.replace(boot, incarnation=STANDBY) == self._boot
            if not self.warm or not same or self._child is None or not self._child.alive:
                return None
            child, self._child, self.warm = self._child, None, False
            self._gone.set()
            return child

    def end(self) -> None:
        with self._lock:
            self._gone.set()
            if self._child is not None:
                self._child.kill()

    def _keep(self) -> None:
        died = 0
        while not self._gone.is_set():
            child = self._make(self._boot, self._reveal)
            with self._lock:
                self._child = child
            if self._load(child):
                died = 0
                self._watch(child)
            with self._lock:
                if self._child is not child:
                    return  # it was taken
                self.warm = False
            child.kill()
            child.join()
            child.release()
            if not self._gone.is_set():
                log.warning("%s: a standby process died; it is replaced", self._boot.address)
                died += 1
                self._gone.wait(RESPAWN.pause(died))

    def _load(self, child: Child) -> bool:
        try:
            child.start()
            if self._gone.is_set():
                child.kill()
            while True:
                frame, body = child.link.receive()
                if frame is FrameType.WARM:
                    break
                if frame is FrameType.REVEAL:
                    answer(child.link, body, self._reveal)
                if frame is FrameType.ENDED:
                    failure = msgspec.msgpack.decode(body, type=Failure)
                    why = f"{failure.kind}: {failure.text}"
                    log.warning("%s: a standby process failed: %s", self._boot.address, why)
        except (OSError, LinkClosed):
            return False
        with self._lock:
            self.warm = not self._gone.is_set()
        return self.warm

    def _watch(self, child: Child) -> None:
        """Wait until the process is taken, given up, or dead."""
        while not self._gone.is_set() and child.alive:
            if child.ended_within(LOOK):
                return
