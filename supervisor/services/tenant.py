"""One home's actor in a service: an incarnation of its own, with its own mailbox, directory and recorder.

It speaks with its home as a worker on a host does (supervisor.hosts). What a handler has sent and what became of its
message leave in that order, since one thread writes both: the home's account is exact for as long as the service lives.
"""

import contextlib
import logging
import threading
import time
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.durations import PLACES
from actors.kernel.incarnation import Handle, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, encode
from actors.kernel.protocol.lifecycle import Failure, Stop, WriteCheckpoint
from actors.kernel.record import Dead
from actors.kernel.thread_host import SystemClock
from supervisor.hosts.frames import Exit, HostBoot, MalformedFrame, WorkerReport, boot_in, packed_fates
from supervisor.nodes.boot import STANDBY, Boot
from supervisor.nodes.in_flight import BEGUN_AT, WINDOW, Shared
from supervisor.nodes.link import FrameType, Link, LinkClosed, unpack
from supervisor.nodes.node_recorder import open_recorder
from supervisor.nodes.secrets import Secrets
from supervisor.nodes.worker import DeadMail, EnvelopeAccount, Uplink, sections_of

if TYPE_CHECKING:
    from supervisor.trace.write.recorder import Recorder

log = logging.getLogger(__name__)

KILLED = -9


class Refused(Exception):
    """The service does not run what this home asks for; the text says why."""


class MakesActors(Protocol):
    """See supervisor.services.engines.Engines."""

    def actor(self, boot: Boot, given: Mapping[str, Any], opened: contextlib.ExitStack) -> Actor: ...


class Tenant:
    """On one channel. `run` it in a thread of its own: it returns when the incarnation has ended.

    code: of this process; a home with other code is refused. allowed: the addresses that are run here."""

    def __init__(self, channel: Link, engines: MakesActors, code: str, allowed: frozenset[str]) -> None:
        self.home = ""
        self.address = ""
        self._channel = channel
        self._engines = engines
        self._code = code
        self._allowed = allowed
        self._secrets = Secrets(channel)
        self._telling = threading.Lock()
        self._killed = False
        self._over = False
        self._shared = Shared(bytearray(WINDOW + 1), array("d", (0.0, 0.0)), array("Q", [0] * PLACES))
        self._told = bytearray(WINDOW)
        self._counted: tuple[int, ...] = ()
        self._recorder: Recorder | None = None
        self._mailbox = Mailbox(4 * WINDOW, 2 * WINDOW)
        self._directory = Directory()
        self._directory.elsewhere = Uplink(channel)
        self._directory.dead_letters.announces = False  # the home announces them
        self._directory.dead_letters.watch = self._report_dead
        self._account = EnvelopeAccount(self._shared, channel, self._mailbox, self._directory, time.monotonic)
        self._incarnation: Incarnation | None = None
        self._opened = contextlib.ExitStack()

    def run(self) -> None:
        """Until the incarnation has ended, or the home is gone."""
        try:
            boot = self._admitted()
            self._live(boot)
        except LinkClosed:
            pass
        except (Refused, MalformedFrame) as refused:
            log.warning("%s of %s: refused: %s", self.address or "an actor", self.home or "a home", refused)
            self._exit(Exit(None, str(refused)))
        finally:
            self._over = True
            self._opened.close()
            self._channel.close()

    def beat(self) -> None:
        """Tell the home that it lives, and since when it handles what; never blocks."""
        if self._incarnation is not None and self._incarnation.is_ready and self._channel.writable():
            with contextlib.suppress(LinkClosed):
                self._report()

    # -- the start

    def _admitted(self) -> Boot:
        frame, body = self._channel.receive()
        if frame is not FrameType.BOOT:
            raise MalformedFrame(f"a channel begins with BOOT, not with {frame.name}")
        asked: HostBoot = boot_in(body)
        self.home, self.address = asked.boot.home, asked.boot.address
        if asked.code != self._code:
            raise Refused("it runs another version of Gerald's code; `supervisor fleet update` restarts both")
        if self.address not in self._allowed:
            raise Refused(f"it runs {', '.join(sorted(self._allowed))}, and not {self.address}")
        if asked.boot.incarnation == STANDBY:
            raise Refused("it keeps no standby processes")
        return asked.boot

    def _live(self, boot: Boot) -> None:
        try:
            given = sections_of(boot, self._secrets.reveal)
            actor = self._engines.actor(boot, given, self._opened)
            incarnation = self._incarnation = self._make_incarnation(boot, actor)
        except LinkClosed:
            raise
        except Exception as error:
            self._end(Failure(type(error).__name__, str(error)[:500]))
            self._exit(Exit(0))
            return
        threading.Thread(target=self._hear, name=f"{boot.address} wire", daemon=True).start()
        log.info("%s of %s: incarnation %d", boot.address, boot.home, boot.incarnation)
        if incarnation.start():
            incarnation.run()
        incarnation.release()
        with contextlib.suppress(LinkClosed):
            self._report()
        self._exit(Exit(0))

    def _make_incarnation(self, boot: Boot, actor: Actor) -> Incarnation:
        self._recorder = open_recorder(boot.trace, boot.address, boot.run)
        self._directory.open(boot.address, self._mailbox)
        incarnation = Incarnation(
            actor,
            boot.address,
            boot.incarnation,
            self._mailbox,
            self._directory,
            SystemClock(),
            seed=boot.seed,
            supervisor=boot.supervisor,
            recorder=self._recorder,
            on_ready=lambda: self._channel.send(FrameType.READY),
            on_end=self._end,
            sections=self._read_sections,
            around=self._around,
            durations=self._shared.durations,
        )
        if self._recorder is not None:
            self._recorder.new_segment = self._ask_for_checkpoint
        for frame, body in self._secrets.early():
            self._take(frame, body)
        self._secrets.attended = True
        return incarnation

    def _ask_for_checkpoint(self) -> None:
        """Let a replay begin at a new file of the trace."""
        self._mailbox.put(Envelope("", 0, 0, self.address, WriteCheckpoint()))

    def _read_sections(self, data: bytes) -> Mapping[str, Any]:
        from config.sections import unpacked

        return unpacked(data, self._secrets.reveal)

    # -- from the home

    def _hear(self) -> None:
        with contextlib.suppress(LinkClosed):
            while True:
                self._take(*self._channel.receive())
        if not self._over:
            # The home is gone: what was opened for it is closed in order.
            self._mailbox.put(Envelope("", 0, 0, self.address, Stop()))

    def _take(self, frame: FrameType, body: bytes) -> None:
        if frame is FrameType.MAIL:
            self._deliver(body)
        elif frame is FrameType.REVEALED:
            self._secrets.take(body)
        elif frame is FrameType.KILL:
            self._kill()

    def _deliver(self, body: bytes) -> None:
        try:
            mail = list(unpack(body))
        except ValueError as error:
            log.error("%s of %s: mail was refused: %s", self.address, self.home, error)
            return
        for slot, data in mail:
            if slot >= WINDOW:
                log.error("%s of %s: mail in a slot that is none", self.address, self.home)
                continue
            with self._telling:
                self._shared.fates[slot] = self._told[slot] = 0
            self._account.deliver(slot, data)
        self._mailbox.wake()

    def _kill(self) -> None:
        """A thread cannot be killed: nothing that this one still does is heard of."""
        self._killed = True
        if self._incarnation is not None and self._incarnation.fence():
            with contextlib.suppress(LinkClosed):
                self._report()
        if self._recorder is not None:
            self._recorder.close()
        self._exit(Exit(KILLED))
        self._channel.hang_up()
        self._opened.close()  # here: its thread may hang for ever

    # -- to the home

    def _around(self, handle: Handle) -> Handle:
        accounted = self._account.around(handle)

        def told(envelope: Envelope) -> bool:
            well = accounted(envelope)
            with contextlib.suppress(LinkClosed):
                self._report()
            return well

        return told

    def _report(self) -> None:
        """Tell the home what is new. Raises LinkClosed."""
        with self._telling:
            if self._over:
                return
            now = bytes(self._shared.fates)
            news = [(slot, now[slot]) for slot in range(WINDOW) if now[slot] != self._told[slot]]
            for slot, fate in news:
                self._told[slot] = fate
            counts = tuple(self._shared.durations)
            durations = tuple(
                (n, c) for n, c in enumerate(counts) if not self._counted or self._counted[n] != c
            )
            self._counted = counts
            begun = self._shared.times[BEGUN_AT]
            since = time.monotonic() - begun if begun else -1.0
            report = WorkerReport(packed_fates(news), since, 0.0, 0, durations)
            self._channel.send(FrameType.FATES, msgspec.msgpack.encode(report))

    def _report_dead(self, letter: DeadLetter) -> None:
        if self._killed:
            return  # the home knows what was being handled, and says so itself
        if self._recorder is not None:
            self._recorder.append(Dead(letter, time.time()))
        mail = DeadMail(encode(letter.envelope), letter.why, letter.detail, letter.failure)
        with contextlib.suppress(LinkClosed):
            self._channel.send(FrameType.DEAD, msgspec.msgpack.encode(mail))

    def _end(self, failure: Failure | None) -> None:
        if self._recorder is not None:
            self._recorder.close()
        with contextlib.suppress(LinkClosed):
            self._channel.send(FrameType.ENDED, msgspec.msgpack.encode(failure))

    def _exit(self, exit: Exit) -> None:
        """The last word."""
        with self._telling:
            if self._over:
                return
            self._over = True
        with contextlib.suppress(LinkClosed):
            self._channel.send(FrameType.EXITED, msgspec.msgpack.encode(exit))
