"""The worker process: runs one incarnation of one actor, with the parent as its whole world.

A reader thread restores the lanes; the main thread handles. Outputs reach the wire before an envelope is marked done.
The process ends when its parent does, however that dies, and leaves Ctrl-C to the parent.
"""

import contextlib
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.errors import MessageError
from actors.kernel.host import SystemClock
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol import Failure
from actors.kernel.record import Dead
from supervisor.nodes.accounting import WINDOW, Fate
from supervisor.nodes.boot import Boot, make_actor, open_doors
from supervisor.nodes.link import Frame, LinkClosed
from supervisor.nodes.local import LocalLink

if TYPE_CHECKING:
    from supervisor.trace.recorder import Recorder as TraceRecorder

__all__ = ["DeadMail", "LogLine", "run"]


class LogLine(msgspec.Struct, frozen=True):
    """A log record on its way to the owner's log."""

    logger: str
    level: int
    text: str


class DeadMail(msgspec.Struct, frozen=True):
    """A dead letter of a child's, on its way to the parent's office."""

    envelope: bytes
    why: str
    detail: str
    failure: Failure | None


class _Uplink:
    """Mail for anybody else goes to the parent (actors.kernel.directory.Box)."""

    def __init__(self, link: LocalLink) -> None:
        self._link = link

    def put(self, envelope: Envelope) -> Put | None:
        with contextlib.suppress(LinkClosed):
            self._link.send(Frame.MAIL, encode(envelope))
        return None


class _LogUplink(logging.Handler):
    def __init__(self, link: LocalLink) -> None:
        super().__init__()
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        line = LogLine(record.name, record.levelno, record.getMessage()[:4000])
        with contextlib.suppress(LinkClosed):
            self._link.send(Frame.LOG, msgspec.msgpack.encode(line))


class _PinnedIncarnation(Incarnation):
    """An incarnation that keeps account of what it has begun and done."""

    slots: dict[int, int]
    memory: Any
    done: Callable[[int], None]

    def handle(self, envelope: Envelope) -> None:
        slot = self.slots.pop(id(envelope), None)
        if slot is None:
            super().handle(envelope)
            return
        self.memory[slot] = Fate.BEGUN
        super().handle(envelope)
        self.memory[slot] = Fate.DONE
        self.done(slot)


class _Worker:
    """Everything of one worker process."""

    def __init__(self, connection: "Connection[bytes, bytes]", memory: Any, boot: Boot) -> None:
        self._boot = boot
        self._memory = memory
        self._link = LocalLink(connection)
        self._mailbox = Mailbox(capacity=4 * WINDOW, reserve=2 * WINDOW)
        self._directory = Directory()
        self._directory.elsewhere = _Uplink(self._link)
        self._directory.dead_letters.announces = False  # the parent's office does
        self._directory.dead_letters.watch = self._report_dead
        self._directory.open(boot.address, self._mailbox)
        self._slots: dict[int, int] = {}
        self._recorder: TraceRecorder | None = None

    def run(self) -> None:
        _become_worker(self._boot, self._link)
        try:
            # Before any mail is read: the actor's module brings the messages that only its own room knows.
            importlib.import_module(self._boot.actor.partition(":")[0])
            threading.Thread(target=self._read, name="wire", daemon=True).start()
            self._recorder = _recorder(self._boot)
            life = self._make_life()
        except Exception as error:
            self._end(Failure(type(error).__name__, str(error)[:500]))
            return
        if life.start():
            life.run()

    def _make_life(self) -> _PinnedIncarnation:
        boot = self._boot
        home = Path(boot.home)
        actor = make_actor(boot.actor, boot.arguments, _sections(boot), home)
        life = _PinnedIncarnation(
            actor,
            boot.address,
            boot.incarnation,
            self._mailbox,
            self._directory,
            SystemClock(),
            seed=boot.seed,
            supervisor=boot.supervisor,
            recorder=self._recorder,
            on_ready=lambda: self._link.send(Frame.READY),
            on_end=self._end,
        )
        life.slots, life.memory, life.done = self._slots, self._memory, self._done
        return life

    def _end(self, failure: Failure | None) -> None:
        if self._recorder is not None:
            self._recorder.close()
        with contextlib.suppress(LinkClosed):
            self._link.send(Frame.ENDED, msgspec.msgpack.encode(failure))

    def _done(self, slot: int) -> None:
        with contextlib.suppress(LinkClosed):
            self._link.send(Frame.DONE, msgspec.msgpack.encode((slot,)))

    def _read(self) -> None:
        try:
            while True:
                frame, body = self._link.receive()
                if frame is Frame.MAIL:
                    self._deliver(int.from_bytes(body[:2], "big"), body[2:])
        except LinkClosed:
            self._orphaned()

    def _deliver(self, slot: int, body: bytes) -> None:
        try:
            envelope = decode(body)
        except MessageError as error:
            logging.getLogger(__name__).error("a message was refused: %s", error)
            self._memory[slot] = Fate.DONE
            self._done(slot)
            return
        self._slots[id(envelope)] = slot
        fell = self._mailbox.put(envelope)
        if fell is not None:
            # What falls out will never be handled here: its slot is free again.
            fallen = self._slots.pop(id(fell.envelope), None)
            self._directory.bury(fell.envelope, fell.why)
            if fallen is not None:
                self._memory[fallen] = Fate.DONE
                self._done(fallen)

    def _orphaned(self) -> None:
        """The parent is gone, or has closed the wire: save the trace and go."""
        if self._recorder is not None:
            self._recorder.close()
        os._exit(0)

    def _report_dead(self, letter: DeadLetter) -> None:
        if self._recorder is not None:
            self._recorder.append(_dead(letter))
        mail = DeadMail(encode(letter.envelope), letter.why, letter.detail, letter.failure)
        with contextlib.suppress(LinkClosed):
            self._link.send(Frame.DEAD, msgspec.msgpack.encode(mail))


def _dead(letter: DeadLetter) -> Dead:
    return Dead(letter, time.time())


def _sections(boot: Boot) -> dict[str, Any]:
    from config.schema import Config

    config = Config.model_validate(boot.sections)
    whole: dict[str, Any] = {"config": config, "frames": boot.frames}
    return {
        name: whole[name] if name in whole else getattr(config, name)
        for name in boot.arguments
        if name != "home"
    }


def _become_worker(boot: Boot, link: LocalLink) -> None:
    """Make this process quiet, reachable and polite: logs to the owner, Ctrl-C ignored, priority and cores as told."""
    # Both go to the whole group, from a terminal or a service manager; the parent stops its children in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    root = logging.getLogger()
    root.handlers = [_LogUplink(link)]
    root.setLevel(boot.level)
    if boot.process.nice and hasattr(os, "nice"):
        os.nice(boot.process.nice)
    if boot.process.cpus and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, boot.process.cpus)
    open_doors()


def _recorder(boot: Boot) -> "TraceRecorder | None":
    if not boot.trace:
        return None
    from supervisor.trace.recorder import Recorder

    options = dict(boot.trace)
    return Recorder(Path(options.pop("directory")), boot.address, run=boot.run, **options)


def run(connection: "Connection[bytes, bytes]", memory: Any, boot: bytes) -> None:
    """The process's main function: live one life, then leave without waiting for anybody's threads."""
    _Worker(connection, memory, msgspec.msgpack.decode(boot, type=Boot)).run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
