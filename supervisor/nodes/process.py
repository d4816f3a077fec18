"""A pinned actor, seen from its parent: sends the mailbox's envelopes to the process, and accounts for them at its end.

Nothing here blocks a supervisor: one thread spawns and sends, one reads. The mailbox stays in the parent, so a dead
child's successor gets, in order, what the child had not begun. Where the process was on a machine that is lost, nobody
knows what it had begun: what was in flight is in doubt, and is handled by nobody else.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.durations import Counts
from actors.kernel.errors import MessageError
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.vocabulary.process_end import ended, is_crash
from config.plugins.discovery import plugin_at
from config.plugins.errors import PluginBroken
from config.plugins.plugin import Plugin
from supervisor.nodes.boot import Boot, register_own
from supervisor.nodes.child import Child
from supervisor.nodes.in_flight import WINDOW, InFlightTable
from supervisor.nodes.link import FrameType, LinkClosed, pack
from supervisor.nodes.plugins import import_messages
from supervisor.nodes.process_setup import LogLine
from supervisor.nodes.secrets import answer
from supervisor.nodes.worker import DeadMail
from supervisor.nodes.worker_process import WorkerProcess
from supervisor.otp.slot import ActorSlot

log = logging.getLogger(__name__)

BATCH = 64
"""Most envelopes in one frame."""

EXPRESS = 32 * 1024
"""Most bytes that a sender writes to the wire itself."""

_WITH_MESSAGES = (FrameType.READY, FrameType.MAIL, FrameType.DEAD)

LOST, REFUSED, SPAWN_ERROR = "HostLost", "HostRefused", "SpawnError"
"""Kinds of failure: the other machine is gone, or would not run it; no process could be started."""

LOOK_AGAIN = 0.25
"""Seconds after which the table is read although the child has reported no room."""


class ProcessHandle:
    """One incarnation in a process of its own (supervisor.otp.slot.ActorHandle).

    child: a warm standby process, or one that is not started yet; None for a new one. on_handled: see InFlightTable.
    """

    def __init__(
        self,
        slot: ActorSlot,
        boot: Boot,
        directory: Directory,
        on_ready: Callable[[], None],
        on_end: Callable[[Failure | None], None],
        child: Child | None = None,
        on_handled: Callable[[Sequence[Envelope]], None] | None = None,
    ) -> None:
        self._slot = slot
        self._mailbox = slot.mailbox
        self._boot = boot
        self._directory = directory
        self._on_ready = on_ready
        self._on_end = on_end
        self._ending: Failure | None = None
        self._ended_well = False
        self._killed: Failure | None = None
        self._over = False
        self._room = threading.Condition()
        self._sending = threading.Lock()
        self._was_standby = child is not None and child.started
        self._child: Child = child if child is not None else WorkerProcess(boot)
        self._apart = self._child.apart
        self._link = self._child.link
        self._in_flight = InFlightTable(self._child.shared, on_handled, self._child.window)
        register_own(boot.actor)
        self._plugin = plugin_at(slot.address)
        self._begin()

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def place(self) -> str:
        return self._child.place

    @property
    def handling(self) -> Envelope | None:
        with self._room:
            return self._in_flight.handling()

    @property
    def begun(self) -> float | None:
        return self._in_flight.begun or None

    @property
    def beat(self) -> float:
        return self._in_flight.beat

    @property
    def durations(self) -> Counts:
        return tuple(self._child.shared.durations)

    def rss(self) -> int:
        return self._child.rss()

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """SIGKILL; what follows is the same as after any death."""
        if message and ((handling := self.handling) is None or handling.id != message):
            return
        self._killed = self._killed or Failure(kind, why)
        self._child.kill()

    def set_level(self, level: str) -> None:
        """Change the level of its log."""
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.LEVEL, level.encode())

    def settle(self) -> int:
        """Read what has been handled; returns how many envelopes are in flight."""
        with self._room:
            self._in_flight.settle()
            self._drop_refused()
            return len(self._in_flight)

    def _drop_refused(self) -> None:
        refused, self._in_flight.refused = self._in_flight.refused, []
        for envelope in refused:
            self._directory.dead_letter(envelope, "rejected", "its process could not decode it")

    # -- the pump's thread

    def _begin(self) -> None:
        threading.Thread(target=self._run, name=f"{self._slot.address}/pump", daemon=True).start()

    def _run(self) -> None:
        try:
            if self._was_standby:
                self._link.send(FrameType.LIVE, str(self._boot.incarnation).encode())
            else:
                self._child.start()
        except LinkClosed:
            pass  # it died in standby, which is handled like any death
        except OSError as error:
            self._link.close()
            self._on_end(Failure(SPAWN_ERROR, str(error)))
            return
        if self._apart is not None:
            self._apart.begin(self._enter)
        reader = threading.Thread(target=self._read, name=f"{self._slot.address}/wire", daemon=True)
        reader.start()
        self._pump()
        reader.join()
        self._account()

    def _pump(self) -> None:
        mailbox = self._mailbox
        while self._wait_for_room():
            mailbox.pause()
            with self._sending:
                self._send_waiting()

    def _express(self) -> bool:
        """Send what has just been queued in the sender's own thread, which saves a hand-over between threads.

        Only if that cannot block: no lock is held, the window has room, and the wire takes it at once. False: wake the
        pump.
        """
        if not self._sending.acquire(blocking=False):
            return False
        try:
            return self._link.writable() and self._send_waiting(EXPRESS)
        finally:
            self._sending.release()

    def _send_waiting(self, largest: int = 0) -> bool:
        """Send what waits, as far as there is room, and up to `largest` bytes if given. True when nothing waits.

        Hold the lock `_sending`, so that what is taken first is on the wire first.
        """
        mail: list[tuple[int, bytes]] = []
        size = 0
        with self._room:
            while not self._over and self._in_flight.room and len(mail) < BATCH:
                envelope = self._mailbox.take()
                if envelope is None:
                    break
                if self._apart is not None and self._apart.takes(envelope):
                    continue
                data = self._encoded(envelope)
                if largest and size + len(data) > largest:
                    self._give_back((envelope,))
                    break
                if data:
                    mail.append((self._in_flight.enter(envelope), data))
                    size += len(data)
        if mail:
            # The reader notices a closed wire too, and the table knows what was sent.
            with contextlib.suppress(LinkClosed):
                self._link.send(FrameType.MAIL, pack(mail))
        return not len(self._mailbox)

    def _encoded(self, envelope: Envelope) -> bytes:
        """b"" for what no wire can carry, which becomes a dead letter."""
        try:
            return self._child.encoded(envelope)
        except Exception as error:  # msgspec's and the codecs': a number too large, half a character
            self._directory.dead_letter(envelope, "rejected", f"it cannot be encoded: {error}")
            return b""

    def _enter(self, envelope: Envelope) -> int | None:
        with self._room:
            self._in_flight.settle()
            return self._in_flight.enter(envelope) if self._in_flight.room and not self._over else None

    def _wait_for_room(self) -> bool:
        in_flight = self._in_flight
        with self._room:
            if not in_flight.room and not self._over and not in_flight.settle():
                in_flight.starve(True)
                while not in_flight.settle() and not self._over:
                    self._room.wait(LOOK_AGAIN)
                in_flight.starve(False)
            return not self._over

    def _account(self) -> None:
        self._child.join()
        apart = self._apart.end() if self._apart is not None else ()
        with self._room:
            begun, untouched = self._in_flight.close()
            self._drop_refused()
        self._give_back(apart)
        failure = self._ending or self._cause_of_death()
        if lost := self._child.lost:
            for envelope in (*begun, *untouched):
                self._directory.dead_letter(envelope, "in_doubt", lost, failure)
        else:
            self._give_back(untouched)
            failure = self._bury(begun, failure)
        self._child.release()
        self._on_end(failure)

    def _bury(self, begun: Sequence[Envelope], failure: Failure | None) -> Failure | None:
        """Make dead letters of what it died of; the failure, with the message that is to blame."""
        for envelope in begun:
            failure = msgspec.structs.replace(
                failure or Failure("Killed", "ended in the middle of a message"),
                message_id=envelope.id,
                message_type=type(envelope.message).__name__,
            )
            why = "hung" if failure.kind == "Hung" else "crashed"
            self._directory.dead_letter(envelope, why, f"{failure.kind}: {failure.text}", failure)
        return failure

    def _give_back(self, envelopes: tuple[Envelope, ...]) -> None:
        """Give envelopes to the successor, or to the dead letters if there will be none."""
        for late in self._mailbox.restore(envelopes):
            self._directory.dead_letter(late, "stopped", f"{self._slot.address} has stopped for good")

    def _cause_of_death(self) -> Failure | None:
        if refused := self._child.refused:
            return Failure(REFUSED, refused)
        if self._killed is not None:
            return self._killed
        if lost := self._child.lost:
            return Failure(LOST, lost)
        code = self._child.exitcode
        if self._ended_well and code == 0:
            return None
        if code is not None and code < 0:
            return Failure("Killed", f"{self._named} was killed by signal {-code}")
        if code is not None and is_crash(code):
            return Failure("Killed", f"{self._named} {ended(code)}")
        return Failure("Exited", f"{self._named} exited with status {code}")

    @property
    def _named(self) -> str:
        return f"process {self.pid}" if self.pid else f"its process on {self.place}"

    # -- the reader's thread

    def _read(self) -> None:
        try:
            while True:
                self._take(*self._link.receive())
        except LinkClosed:
            pass
        self._hang_up()

    def _hang_up(self) -> None:
        """Note that the wire has ended, also to a sender that waits for room in it."""
        self._link.hang_up()
        self._mailbox.express = None
        with self._room:
            self._over = True
            self._room.notify_all()
        self._mailbox.wake()

    def _take(self, frame: FrameType, body: bytes) -> None:
        try:
            if frame in _WITH_MESSAGES and self._plugin is not None:
                self._learn_messages(self._plugin)
            if frame is FrameType.MAIL:
                self._directory.deliver(self._child.received(body))
            elif frame is FrameType.ROOM:
                with self._room:
                    self._room.notify_all()
            elif frame is FrameType.READY:
                self._mailbox.express = self._express
                self._on_ready()
            elif frame is FrameType.ENDED:
                self._ending = msgspec.msgpack.decode(body, type=Failure | None)
                self._ended_well = self._ending is None
            elif frame is FrameType.LOG:
                self._log(msgspec.msgpack.decode(body, type=LogLine))
            elif frame is FrameType.REVEAL:
                answer(self._link, body, self._child.reveal)
            elif frame is FrameType.DEAD:
                dead = msgspec.msgpack.decode(body, type=DeadMail)
                buried = self._child.buried(dead.envelope)
                self._directory.dead_letter(buried, dead.why, dead.detail, dead.failure)
        except (MessageError, msgspec.DecodeError) as error:
            what = f"{frame.name} frame of {len(body)} bytes"
            log.error("%s: a %s was refused: %s", self._slot.address, what, error)

    def _learn_messages(self, plugin: Plugin) -> None:
        """Know what a plugin's actors say to each other: its process has just shown that this can be imported."""
        self._plugin = None
        try:
            import_messages(plugin)
        except PluginBroken as broken:
            self.kill(f"the plugin {plugin.name} cannot be used: {broken}", "PluginBroken")

    def _log(self, line: LogLine) -> None:
        words = ("%s %s: %s", self._slot.address, line.thread, line.text)
        logging.getLogger(line.logger).log(line.level, *words, extra={"about": line.about})


assert WINDOW <= 0xFFFF
