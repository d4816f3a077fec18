"""A pinned actor, seen from its parent: spawns the process, pumps the mailbox into it, settles accounts at its death.

Nothing here blocks a supervisor: one thread spawns and pumps, one reads. The mailbox stays with the parent, so what a
dead child had not begun goes, in order, to its successor.
"""

import contextlib
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.errors import MessageError
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol import Failure
from supervisor.cell import Cell
from supervisor.nodes.accounting import WINDOW, Ledger, ledger_memory
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import Frame, LinkClosed
from supervisor.nodes.local import LocalLink
from supervisor.nodes.worker import DeadMail, LogLine, run

__all__ = ["ProcessLife"]

log = logging.getLogger(__name__)
_spawn = multiprocessing.get_context("spawn")


class ProcessLife:
    """One incarnation in a process of its own (supervisor.cell.Life)."""

    def __init__(
        self,
        cell: Cell,
        boot: Boot,
        directory: Directory,
        on_ready: Callable[[], None],
        on_end: Callable[[Failure | None], None],
    ) -> None:
        self._cell = cell
        self._boot = boot
        self._directory = directory
        self._on_ready = on_ready
        self._on_end = on_end
        self._ending: Failure | None = None
        self._ended_well = False
        self._killed = ""
        self._over = False
        self._room = threading.Condition()
        memory = ledger_memory()
        self._ledger = Ledger(memory)
        ours, theirs = _spawn.Pipe(duplex=True)
        self._link = LocalLink(ours)
        self._theirs = theirs
        self._process = _spawn.Process(
            target=run, args=(theirs, memory, msgspec.msgpack.encode(boot)), name=cell.address, daemon=True
        )
        threading.Thread(target=self._live, name=f"{cell.address}/pump", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def handling(self) -> Envelope | None:
        with self._room:
            return self._ledger.oldest()

    def kill(self, why: str) -> None:
        """SIGKILL; what follows is the accounting of any death."""
        self._killed = why
        with contextlib.suppress(AttributeError, ValueError, OSError):
            self._process.kill()

    # -- the pump's thread

    def _live(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Inherited by the child, which so leaves Ctrl-C to its parent from its very first instruction on.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        except OSError as error:
            self._finish(Failure("SpawnError", str(error)))
            return
        self._theirs.close()
        if self._killed:
            self._process.kill()
        reader = threading.Thread(target=self._read, name=f"{self._cell.address}/wire", daemon=True)
        reader.start()
        self._pump()
        reader.join()
        self._settle()

    def _pump(self) -> None:
        mailbox = self._cell.mailbox
        while self._wait_for_room():
            envelope = mailbox.wait(None)
            if envelope is None:
                continue
            with self._room:
                if self._over:
                    self._give_back((envelope,))
                    return
                slot = self._ledger.enter(envelope)
            with contextlib.suppress(LinkClosed):  # the reader notices too; the ledger knows what was sent
                self._link.send(Frame.MAIL, slot.to_bytes(2, "big") + encode(envelope))

    def _wait_for_room(self) -> bool:
        with self._room:
            while self._ledger.full and not self._over:
                self._room.wait()
            return not self._over

    def _settle(self) -> None:
        self._process.join()
        with self._room:
            begun, untouched = self._ledger.reckon()
        self._give_back(untouched)
        failure = self._ending or self._cause_of_death()
        for envelope in begun:
            failure = msgspec.structs.replace(
                failure or Failure("Killed", "ended in the middle of a message"),
                message_id=envelope.id,
                message_type=type(envelope.message).__name__,
            )
            self._directory.bury(envelope, "crashed", f"{failure.kind}: {failure.text}", failure)
        self._finish(failure)

    def _give_back(self, envelopes: tuple[Envelope, ...]) -> None:
        """To the successor; to the dead letters where there will be none."""
        for late in self._cell.mailbox.restore(envelopes):
            self._directory.bury(late, "stopped", f"{self._cell.address} has stopped for good")

    def _cause_of_death(self) -> Failure | None:
        if self._killed:
            return Failure("Killed", self._killed)
        code = self._process.exitcode
        if self._ended_well and code == 0:
            return None
        if code is not None and code < 0:
            return Failure("Killed", f"process {self.pid} was killed by signal {-code}")
        return Failure("Exited", f"process {self.pid} exited with status {code}")

    def _finish(self, failure: Failure | None) -> None:
        self._link.close()
        self._on_end(failure)

    # -- the reader's thread

    def _read(self) -> None:
        try:
            while True:
                frame, body = self._link.receive()
                self._take(frame, body)
        except LinkClosed:
            pass
        with self._room:
            self._over = True
            self._room.notify_all()
        self._cell.mailbox.wake()

    def _take(self, frame: Frame, body: bytes) -> None:
        try:
            if frame is Frame.MAIL:
                self._directory.deliver(decode(body))
            elif frame is Frame.DONE:
                with self._room:
                    self._ledger.settle(msgspec.msgpack.decode(body, type=tuple[int, ...]))
                    self._room.notify_all()
            elif frame is Frame.READY:
                self._on_ready()
            elif frame is Frame.ENDED:
                self._ending = msgspec.msgpack.decode(body, type=Failure | None)
                self._ended_well = self._ending is None
            elif frame is Frame.LOG:
                line = msgspec.msgpack.decode(body, type=LogLine)
                logging.getLogger(line.logger).log(line.level, "%s", line.text)
            elif frame is Frame.DEAD:
                dead = msgspec.msgpack.decode(body, type=DeadMail)
                self._directory.bury(decode(dead.envelope), dead.why, dead.detail, dead.failure)
        except (MessageError, msgspec.DecodeError) as error:
            log.error(
                "%s: a %s frame of %d bytes was refused: %s", self._cell.address, frame.name, len(body), error
            )


assert WINDOW <= 0xFFFF
