"""The worker process: runs one incarnation of one actor, and exchanges everything with its parent.

Outputs reach the wire before an envelope is marked done. The process ends when its parent does, however that dies, and
leaves Ctrl-C to the parent. A standby process loads what the actor needs, and waits until it is told to run it.
"""

import contextlib
import importlib
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.errors import MessageError
from actors.kernel.incarnation import Handle, Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol.lifecycle import Failure, WriteCheckpoint
from actors.kernel.record import Dead
from actors.kernel.thread_host import SystemClock
from supervisor.nodes.batch import unpack
from supervisor.nodes.boot import STANDBY, Boot, make_actor
from supervisor.nodes.in_flight import BEAT_AT, BEGUN_AT, STARVING, WINDOW, Fate, Shared
from supervisor.nodes.link import FrameType, LinkClosed
from supervisor.nodes.local import LocalLink
from supervisor.nodes.node_recorder import open_recorder
from supervisor.nodes.process_setup import become_worker
from supervisor.nodes.secrets import Reveal, Secrets
from supervisor.nodes.wire_mailbox import WireMailbox

if TYPE_CHECKING:
    from supervisor.trace.write.recorder import Recorder as TraceRecorder

__all__ = ["DeadMail", "EnvelopeAccount", "run"]

log = logging.getLogger(__name__)
_BEGUN, _DONE, _FALLEN, _REFUSED = (int(fate) for fate in list(Fate)[1:])

BEAT = 0.25
"""Seconds between two signs of life."""


class DeadMail(msgspec.Struct, frozen=True):
    """A dead letter of a child's, on its way to the parent."""

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
            self._link.send(FrameType.MAIL, encode(envelope))
        return None


class EnvelopeAccount:
    """Takes in what the parent sends, and keeps account, in the memory that it shares, of what is begun and done."""

    def __init__(
        self,
        shared: Shared,
        link: Any,
        mailbox: Mailbox,
        directory: Directory,
        monotonic: Callable[[], float],
    ) -> None:
        self._shared = shared
        self._link = link
        self._mailbox = mailbox
        self._directory = directory
        self._monotonic = monotonic
        self._slots: dict[int, int] = {}
        self._crashed = False

    def deliver(self, slot: int, data: bytes) -> None:
        """Queue an envelope that holds `slot` until it is done, or has fallen out of the mailbox."""
        try:
            envelope = decode(data)
        except MessageError as error:
            log.error("a message was refused: %s", error)
            self._shared.fates[slot] = _REFUSED
            return
        self._slots[id(envelope)] = slot
        fell = self._mailbox.put(envelope)
        if fell is not None:
            # What falls out will never be handled here: its slot is free again.
            fallen = self._slots.pop(id(fell.envelope), None)
            self._directory.dead_letter(fell.envelope, fell.why)
            if fallen is not None:
                self._shared.fates[fallen] = _FALLEN

    def around(self, handle: Handle) -> Handle:
        """`handle`, with account kept of each envelope."""

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

    def tell_room(self) -> None:
        """Tell the parent, which waits for it, that there is room."""
        self._shared.fates[STARVING] = 0
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.ROOM)

    def _done(self, slot: int) -> None:
        fates = self._shared.fates
        fates[slot] = _FALLEN if self._crashed else _DONE
        # Not at once: the parent would send one envelope, and starve again.
        if fates[STARVING] and len(self._mailbox) <= WINDOW // 2:
            self.tell_room()


class _Worker:
    """The objects of one worker process."""

    def __init__(self, connection: "Connection[bytes, bytes]", shared: Shared, boot: Boot) -> None:
        self._boot = boot
        self._shared = shared
        self._link = LocalLink(connection)
        self._secrets = Secrets(self._link)
        self._directory = Directory()
        self._directory.elsewhere = _Uplink(self._link)
        self._directory.dead_letters.announces = False  # the parent does
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
            life = self._make_life(actor)
            life.preloaded = standby_process
        except Exception as error:
            self._end(Failure(type(error).__name__, str(error)[:500]))
            return
        if life.start():
            life.run()

    # -- start

    def _make_actor(self) -> Actor:
        boot = self._boot
        # Before any mail is read: the actor's module brings the messages that only its own room knows.
        importlib.import_module(boot.actor.partition(":")[0])
        sections = _sections(boot, self._secrets.reveal)
        return make_actor(boot.actor, boot.arguments, sections, Path(boot.home))

    def _wait_in_standby(self) -> None:
        """Tell the parent that all is loaded, and wait for the number of the incarnation to run."""
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

    def _make_life(self, actor: Actor) -> Incarnation:
        boot = self._boot
        self._recorder = open_recorder(boot.trace, boot.address, boot.run)
        mailbox = self._mailbox = WireMailbox(
            self._link, self._take, self._orphaned, capacity=4 * WINDOW, reserve=2 * WINDOW
        )
        self._directory.open(boot.address, mailbox)
        account = self._account = EnvelopeAccount(
            self._shared, self._link, mailbox, self._directory, time.monotonic
        )
        life = Incarnation(
            actor,
            boot.address,
            boot.incarnation,
            mailbox,
            self._directory,
            SystemClock(),
            seed=boot.seed,
            supervisor=boot.supervisor,
            recorder=self._recorder,
            on_ready=self._ready,
            on_end=self._end,
            sections=self._read_sections,
            around=account.around,
        )
        if self._recorder is not None:
            self._recorder.new_segment = self._ask_for_checkpoint
        for frame, body in self._secrets.early():
            self._take(frame, body)
        mailbox.attend()
        self._secrets.attended = True
        return life

    def _ask_for_checkpoint(self) -> None:
        """A new file of the trace begins: let a replay begin there, too."""
        envelope = Envelope("", 0, 0, self._boot.address, WriteCheckpoint())
        self._mailbox.put(envelope)

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
        """The parent is gone, or has closed the wire: save the trace and exit."""
        if self._recorder is not None:
            self._recorder.close()
        os._exit(0)

    def _report_dead(self, letter: DeadLetter) -> None:
        if self._recorder is not None:
            self._recorder.append(Dead(letter, time.time()))
        mail = DeadMail(encode(letter.envelope), letter.why, letter.detail, letter.failure)
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.DEAD, msgspec.msgpack.encode(mail))


def _sections(boot: Boot, reveal: Reveal) -> dict[str, Any]:
    from config.schema import Config
    from config.secret import RESOLVER

    config = Config.model_validate(boot.sections, context={RESOLVER: reveal})
    whole: dict[str, Any] = {"config": config, "frames": boot.frames, "subscribers": boot.subscribers}
    if "sealer" in boot.arguments:
        from supervisor.encryption import SEALER, received

        whole["sealer"] = received(reveal(SEALER))
    return {
        name: whole[name] if name in whole else getattr(config, name)
        for name in boot.arguments
        if name != "home"
    }


def run(connection: "Connection[bytes, bytes]", shared: Shared, boot: bytes) -> None:
    """The process's main function: run one incarnation, then exit without waiting for anybody's threads."""
    _Worker(connection, shared, msgspec.msgpack.decode(boot, type=Boot)).run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
