"""One channel from a home: spawns the worker that it asks for, and carries frames both ways.

The worker is as on any machine: it shares memory with its parent, which is this process. What became of envelopes is
told to the home, and never before what their handlers have sent: a fate is read first, then whatever is in the wire is
carried on, then the fate is told. So the home's account stays exact whenever a worker dies, and a lost host leaves in
doubt only what it had not told yet.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Protocol

import msgspec

from supervisor.hosts.agent.served import Served
from supervisor.hosts.agent.spool import AT_ONCE
from supervisor.hosts.frames import (
    Exit,
    HostBoot,
    MalformedFrame,
    WorkerReport,
    boot_in,
    packed_fates,
    picture_in,
)
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import BEAT_AT, BEGUN_AT, STARVING, WINDOW, Fate
from supervisor.nodes.link import FrameType, Link, LinkClosed, pack, unpack
from supervisor.nodes.local import LocalLink
from supervisor.nodes.worker_process import WorkerProcess

log = logging.getLogger(__name__)

BEAT = 0.25
SILENT = 1.0
"""Seconds between two looks at what a quiet worker has done, and after which the home hears of it anyway."""

ENDS_WITHIN = 5.0
"""Seconds from a worker's last word to its end."""

_TO_THE_WORKER = frozenset(
    (FrameType.MAIL, FrameType.LIVE, FrameType.REVEALED, FrameType.LEVEL, FrameType.PICTURE)
)


class Refused(Exception):
    """This machine does not run what the home asks for; the text says why."""


class Prepared(Protocol):
    """What a worker needs on this machine (supervisor.hosts.agent.agent)."""

    boot: Boot

    def taken_picture(self, envelope: bytes, jpeg: bytes) -> bytes:
        """Put the picture where the worker looks; the envelope that says so. Raises MalformedFrame."""

    def recorded(self, most: int = AT_ONCE) -> Iterator[bytes]:
        """The bodies of TRACE frames for what is new, so many at most (0 for all)."""

    def close(self) -> None: ...


Prepare = Callable[[HostBoot], Prepared]
"""Raises Refused."""


class Relay:
    """`run` it in a thread of its own; it returns when worker and channel have ended. `end` may be called at any time,
    from any thread. address: of the actor, "" before it is known."""

    def __init__(self, channel: Link, prepare: Prepare) -> None:
        self.address = ""
        self.since = time.time()
        self._channel = channel
        self._prepare = prepare
        self._worker: WorkerProcess | None = None
        self._ended = False
        self._to_write: SimpleQueue[tuple[FrameType, bytes] | None] = SimpleQueue()
        self._fates = threading.Lock()
        self._told = bytearray(WINDOW)
        self._reported_at = self._recorded_at = 0.0
        self._counted: tuple[int, ...] = ()

    @property
    def worker(self) -> WorkerProcess | None:
        """None before it was started."""
        return self._worker

    def end(self) -> None:
        """End the worker at once: its home is lost, or this machine leaves."""
        self._ended = True
        if self._worker is not None:
            self._worker.kill()
        self._channel.hang_up()

    def stop(self) -> None:
        """End the worker; the home hears what became of its mail, and how it ended."""
        self._ended = True
        if self._worker is not None:
            self._worker.kill()
        else:
            self._channel.hang_up()

    def refuse(self, why: str) -> None:
        """Run nothing, and say why."""
        self._say_exit(Exit(None, why))
        self._channel.close()

    def run(self) -> None:
        try:
            prepared = self._prepared()
        except LinkClosed:
            self._channel.close()
            return
        except (Refused, MalformedFrame) as refused:
            log.warning("%s: refused: %s", self.address or "a worker", refused)
            self.refuse(str(refused))
            return
        try:
            self._live(prepared)
        finally:
            prepared.close()
            self._channel.close()

    def _prepared(self) -> Prepared:
        frame, body = self._channel.receive()
        if frame is not FrameType.BOOT:
            raise MalformedFrame(f"a channel begins with BOOT, not with {frame.name}")
        asked = boot_in(body)
        self.address = asked.boot.address
        return self._prepare(asked)

    def _live(self, prepared: Prepared) -> None:
        worker = self._worker = WorkerProcess(prepared.boot)
        served = Served(prepared.boot.address, self._channel)
        if self._ended:
            worker.kill()
        try:
            worker.start()
        except OSError as error:
            self._say_exit(Exit(None, f"no process can be started: {error}"))
            return
        log.info("%s: runs as process %d", self.address, worker.pid)
        for work in (lambda: self._hear(worker, served), lambda: self._write(worker, prepared)):
            threading.Thread(target=work, name=f"{self.address}/relay", daemon=True).start()
        self._carry(worker, served, prepared)
        self._to_write.put(None)
        worker.join(ENDS_WITHIN)
        if worker.exitcode is None:
            worker.kill()
            worker.join()
        with contextlib.suppress(LinkClosed):
            self._report(worker, served)
            self._send_recorded(prepared, 0)
        self._say_exit(Exit(worker.exitcode))
        log.info("%s: process %d has ended", self.address, worker.pid)
        served.close()
        worker.release()

    def _say_exit(self, exit: Exit) -> None:
        with contextlib.suppress(LinkClosed):
            self._channel.send(FrameType.EXITED, msgspec.msgpack.encode(exit))

    # -- from the home

    def _hear(self, worker: WorkerProcess, served: Served) -> None:
        """Take what the home sends. A worker that does not read never keeps its end from being heard."""
        try:
            while True:
                frame, body = self._channel.receive()
                if frame is FrameType.KILL:
                    worker.kill()
                elif frame is FrameType.STREAM:
                    served.take(body)
                elif frame in _TO_THE_WORKER:
                    self._to_write.put((frame, body))
        except LinkClosed:
            worker.link.hang_up()  # it ends, as it does when it loses its parent

    def _write(self, worker: WorkerProcess, prepared: Prepared) -> None:
        with contextlib.suppress(LinkClosed):
            while (found := self._to_write.get()) is not None:
                frame, body = found
                try:
                    if frame is FrameType.PICTURE:
                        frame, body = FrameType.MAIL, self._with_picture(worker, prepared, body)
                    if frame is FrameType.MAIL:
                        self._sent(worker, body)
                except ValueError as error:
                    log.error("%s: a frame was refused: %s", self.address, error)
                    continue
                worker.link.send(frame, body)

    def _with_picture(self, worker: WorkerProcess, prepared: Prepared, body: bytes) -> bytes:
        """The mail that says that a picture is there, which it is then. Raises MalformedFrame."""
        slot, envelope, jpeg = picture_in(body)
        try:
            return pack([(slot, prepared.taken_picture(envelope, jpeg))])
        except MalformedFrame:
            with self._fates:
                self._told[slot], worker.shared.fates[slot] = Fate.SENT, Fate.REFUSED
            raise

    def _sent(self, worker: WorkerProcess, body: bytes) -> None:
        """Note which slots hold something new, and ask to be told when something is done."""
        slots = [slot for slot, _ in unpack(body)]
        if any(slot >= WINDOW for slot in slots):
            raise MalformedFrame("mail in a slot that is none")
        with self._fates:
            for slot in slots:
                worker.shared.fates[slot] = self._told[slot] = Fate.SENT
        worker.shared.fates[STARVING] = 1

    # -- to the home

    def _carry(self, worker: WorkerProcess, served: Served, prepared: Prepared) -> None:
        """Carry what the worker sends, until its end; what became of its mail when it says so, and now and then."""
        link = worker.link
        try:
            while True:
                frame, body = link.receive() if link.wait(BEAT) else (FrameType.ROOM, b"")
                if frame is FrameType.ROOM:
                    self._report(worker, served)
                else:
                    self._send(frame, body, served)
                if (now := time.monotonic()) - self._recorded_at > SILENT:
                    self._recorded_at = now
                    self._send_recorded(prepared, AT_ONCE)
        except LinkClosed:
            link.hang_up()

    def _send_recorded(self, prepared: Prepared, most: int) -> None:
        for piece in prepared.recorded(most):
            self._channel.send(FrameType.TRACE, piece)

    def _send(self, frame: FrameType, body: bytes, served: Served) -> None:
        if frame is FrameType.MAIL:
            served.notice(body)
        self._channel.send(frame, body)

    def _report(self, worker: WorkerProcess, served: Served) -> None:
        """Tell the home what is new. Raises LinkClosed."""
        worker.shared.fates[STARVING] = 1  # before looking: what is done from now on is told next time
        fates = self._news(worker)
        self._drain(worker, served)
        now = time.monotonic()
        if not fates and now - self._reported_at < SILENT:
            return
        self._reported_at = now
        counts = tuple(worker.shared.durations)
        durations = tuple((n, c) for n, c in enumerate(counts) if not self._counted or self._counted[n] != c)
        begun, beat = (worker.shared.times[at] for at in (BEGUN_AT, BEAT_AT))
        report = WorkerReport(
            packed_fates(fates),
            now - begun if begun else -1.0,
            now - beat if beat else -1.0,
            worker.rss(),
            durations,
        )
        self._counted = counts
        self._channel.send(FrameType.FATES, msgspec.msgpack.encode(report))

    def _news(self, worker: WorkerProcess) -> list[tuple[int, int]]:
        with self._fates:
            now = bytes(worker.shared.fates)
            found = [(slot, now[slot]) for slot in range(WINDOW) if now[slot] != self._told[slot]]
            for slot, fate in found:
                self._told[slot] = fate
        return found

    def _drain(self, worker: WorkerProcess, served: Served) -> None:
        """Carry what was sent before the fates were looked at. Raises LinkClosed when the home is gone."""
        while (found := _next(worker.link)) is not None:
            if found[0] is not FrameType.ROOM:
                self._send(*found, served)


def _next(link: LocalLink) -> tuple[FrameType, bytes] | None:
    """What can be received at once; None for nothing, and at the end, which the next wait notices."""
    try:
        return link.receive() if link.readable() else None
    except LinkClosed:
        return None
