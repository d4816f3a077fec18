"""The worker process: runs one incarnation of one actor, and exchanges all mail with its parent.

Outputs reach the wire before an envelope is marked done. The process ends when its parent does, however that dies, and
leaves Ctrl-C to the parent. A standby process loads what the actor needs, and waits for the order to run it.
"""

import contextlib
import importlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.errors import MessageError
from actors.kernel.handler_context import Clock
from actors.kernel.incarnation import Handle, Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol.lifecycle import Failure, WriteCheckpoint
from actors.kernel.record import Dead
from actors.kernel.thread_host import SystemClock
from config.plugins.discovery import plugin_at
from supervisor.connection import Connection
from supervisor.cpp_runtime import words
from supervisor.nodes.boot import STANDBY, Boot, make_actor
from supervisor.nodes.in_flight import BEAT_AT, BEGUN_AT, STARVING, WINDOW, Fate, Shared
from supervisor.nodes.link import FrameType, Link, LinkClosed, unpack
from supervisor.nodes.local import LocalLink
from supervisor.nodes.node_recorder import open_recorder
from supervisor.nodes.plugins import make_of_plugin
from supervisor.nodes.process_setup import become_worker, set_priority
from supervisor.nodes.secrets import Reveal, Secrets
from supervisor.nodes.wire_mailbox import WireMailbox

if TYPE_CHECKING:
    from supervisor.trace.write.recorder import Recorder as TraceRecorder

log = logging.getLogger(__name__)
_BEGUN, _DONE, _FALLEN, _REFUSED = (int(fate) for fate in list(Fate)[1:])

BEAT = 0.5
"""Seconds between two signs of life."""


class DeadMail(msgspec.Struct, frozen=True):
    """A child's dead letter on its way to the parent."""

    envelope: bytes
    why: str
    detail: str
    failure: Failure | None


class Uplink:
    """Sends mail for all other actors to the parent (actors.kernel.directory.Box)."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def put(self, envelope: Envelope) -> Put | None:
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.MAIL, encode(envelope))
        return None


@dataclass(eq=False, repr=False)
class EnvelopeAccount:
    """Takes what the parent sends, and records in shared memory what is begun and done."""

    _shared: Shared
    _link: Any
    _mailbox: Mailbox
    _directory: Directory
    _monotonic: Callable[[], float]
    _slots: dict[int, int] = field(default_factory=dict)
    _crashed: bool = False

    def deliver(self, slot: int, data: bytes) -> None:
        """Queue an envelope. It holds `slot` until it is done, or falls out of the mailbox."""
        try:
            envelope = decode(data)
        except MessageError as error:
            log.error("a message was refused: %s", error)
            self._shared.fates[slot] = _REFUSED
            return
        self._slots[id(envelope)] = slot
        if (fell := self._mailbox.put(envelope)) is not None:
            # What falls out is never handled here: its slot is free again.
            fallen = self._slots.pop(id(fell.envelope), None)
            self._directory.dead_letter(fell.envelope, fell.why)
            if fallen is not None:
                self._shared.fates[fallen] = _FALLEN

    def around(self, handle: Handle) -> Handle:
        """`handle`, which also records what becomes of each envelope."""

        def accounted(envelope: Envelope) -> bool:
            slot = self._slots.pop(id(envelope), None)
            if slot is not None:
                self._shared.times[BEGUN_AT] = self._monotonic()
                self._shared.fates[slot] = _BEGUN
            self._crashed = not handle(envelope) or self._crashed
            if slot is not None:
                self._done(slot)
            return not self._crashed

        return accounted

    def _done(self, slot: int) -> None:
        fates = self._shared.fates
        fates[slot] = _FALLEN if self._crashed else _DONE
        # Not at once: the parent would send one envelope and wait again.
        if fates[STARVING] and len(self._mailbox) <= WINDOW // 2:
            fates[STARVING] = 0
            with contextlib.suppress(LinkClosed):
                self._link.send(FrameType.ROOM)


class _Worker:
    """The objects of one worker process."""

    def __init__(self, connection: "Connection", shared: Shared, boot: Boot) -> None:
        self._boot = boot
        self._shared = shared
        self._link = LocalLink(connection)
        self._secrets = Secrets(self._link)
        self._directory = Directory()
        self._directory.elsewhere = Uplink(self._link)
        self._directory.dead_letters.announces = False  # the parent announces them
        self._directory.dead_letters.watch = self._report_dead
        self._recorder: TraceRecorder | None = None

    def run(self) -> None:
        become_worker(self._boot, self._link)
        try:
            actor = self._make_actor()
            standby_process = self._boot.incarnation == STANDBY
            if standby_process:
                actor.preload()
                self._wait_in_standby()
            incarnation = self._make_incarnation(actor)
            incarnation.preloaded = standby_process
        except Exception as error:
            self._end(Failure(type(error).__name__, words(error)[:500]))
            return
        if incarnation.start():
            if self._boot.process.nice > 0:
                set_priority(self._boot)
            incarnation.run()

    # -- start

    def _make_actor(self) -> Actor:
        boot = self._boot
        sections = sections_of(boot, self._secrets.reveal)
        if (plugin := plugin_at(boot.address)) is not None:
            return make_of_plugin(plugin, boot.actor, sections.get(plugin.section))
        # Before any mail is read: the actor's module registers its private messages.
        importlib.import_module(boot.actor.partition(":")[0])
        return make_actor(boot.actor, boot.arguments, sections, Path(boot.home))

    def _wait_in_standby(self) -> None:
        """Report that all is loaded, and wait for the number of the incarnation to run."""
        try:
            self._link.send(FrameType.WARM)
            frame, body = self._link.receive()
            while frame is FrameType.LEVEL:
                logging.getLogger().setLevel(body.decode())
                frame, body = self._link.receive()
        except LinkClosed:
            os._exit(0)  # never needed
        assert frame is FrameType.LIVE
        self._boot = msgspec.structs.replace(self._boot, incarnation=int(body))

    def _make_incarnation(self, actor: Actor) -> Incarnation:
        boot = self._boot
        self._recorder = open_recorder(boot.trace, boot.address, boot.run)
        mailbox = self._mailbox = WireMailbox(
            self._link, self._take, self._orphaned, capacity=4 * WINDOW, reserve=2 * WINDOW
        )
        self._directory.open(boot.address, mailbox)
        account = self._account = EnvelopeAccount(
            self._shared, self._link, mailbox, self._directory, time.monotonic
        )
        incarnation = Incarnation(
            actor,
            boot.address,
            boot.incarnation,
            mailbox,
            self._directory,
            _clock(boot.ahead),
            seed=boot.seed,
            supervisor=boot.supervisor,
            recorder=self._recorder,
            on_ready=self._ready,
            on_end=self._end,
            sections=self._read_sections,
            around=account.around,
            durations=self._shared.durations,
        )
        if self._recorder is not None:
            self._recorder.new_segment = self._ask_for_checkpoint
        for frame, body in self._secrets.early():
            self._take(frame, body)
        mailbox.attend()
        self._secrets.attended = True
        return incarnation

    def _ask_for_checkpoint(self) -> None:
        """Let a replay begin at a new file of the trace."""
        self._mailbox.put(Envelope("", 0, 0, self._boot.address, WriteCheckpoint()))

    def _read_sections(self, data: bytes) -> Mapping[str, Any]:
        from config.sections import unpacked

        return unpacked(data, self._secrets.reveal)

    def _ready(self) -> None:
        threading.Thread(target=self._beat, name="beat", daemon=True).start()
        self._link.send(FrameType.READY)

    def _beat(self) -> None:
        gate = threading.Event()
        while True:
            self._shared.times[BEAT_AT] = time.monotonic()
            gate.wait(BEAT)

    def _end(self, failure: Failure | None) -> None:
        if self._recorder is not None:
            self._recorder.close()
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.ENDED, msgspec.msgpack.encode(failure))

    # -- the wire

    def _take(self, frame: FrameType, body: bytes) -> None:
        if frame is FrameType.MAIL:
            for slot, data in unpack(body):
                self._account.deliver(slot, data)
        elif frame is FrameType.REVEALED:
            self._secrets.take(body)
        elif frame is FrameType.LEVEL:
            logging.getLogger().setLevel(body.decode())

    def _orphaned(self) -> None:
        """Save the trace and exit: the parent is gone, or has closed the wire."""
        if self._recorder is not None:
            self._recorder.close()
        os._exit(0)

    def _report_dead(self, letter: DeadLetter) -> None:
        if self._recorder is not None:
            self._recorder.append(Dead(letter, time.time()))
        mail = DeadMail(encode(letter.envelope), letter.why, letter.detail, letter.failure)
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.DEAD, msgspec.msgpack.encode(mail))


def sections_of(boot: Boot, reveal: Reveal) -> dict[str, Any]:
    """The start arguments that `boot` names, but for the home."""
    from config.schema import Config
    from config.secret import RESOLVER
    from config.sections import nested, section

    config = Config.model_validate(nested(boot.sections), context={RESOLVER: reveal})
    given: dict[str, Any] = {"config": config, "frames": boot.frames, "subscribers": boot.subscribers}
    if "sealer" in boot.arguments:
        from supervisor.encryption import SEALER, received

        given["sealer"] = received(reveal(SEALER))
    names = (name for name in boot.arguments if name != "home")
    return {name: given[name] if name in given else section(config, name) for name in names}


def _clock(ahead: float) -> Clock:
    """The machine's own time, or that of the instance where its clock is another."""
    return _OtherClock(ahead) if ahead else SystemClock()


class _OtherClock(SystemClock):
    """The wall clock of a machine that is so many seconds ahead."""

    def __init__(self, ahead: float) -> None:
        self._ahead = ahead

    def wall(self) -> float:
        return time.time() + self._ahead


def run(connection: "Connection", shared: Shared, boot: Iterable[int]) -> None:
    """The process's main function: run one incarnation, then exit without waiting for other threads.

    boot: a Boot in MessagePack, as bytes in memory that the parent shares."""
    _Worker(connection, shared, msgspec.msgpack.decode(bytes(boot), type=Boot)).run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
