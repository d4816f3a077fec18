"""Cells: the places where actors live. A cell outlives the incarnations in it, with their address and mailbox.

Supervisors decide through `Household` what happens in a cell; whatever ends here is announced to the supervisor as a
message, so that nothing waits for anything.
"""

import logging
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Protocol

from actors.kernel.directory import Directory
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol import Failure, Health, Stop
from actors.kernel.record import Recorder, Started, Stopped
from supervisor.messages import ChildEnded, ChildReady
from supervisor.spec import ChildSpec, SupervisorSpec

__all__ = ["Cell", "Household", "Life", "MakeLife"]

log = logging.getLogger(__name__)


class Life(Protocol):
    """One incarnation under way, in a thread or in a process of its own."""

    @property
    def pid(self) -> int: ...
    @property
    def handling(self) -> Envelope | None: ...
    def kill(self, why: str) -> None: ...


MakeLife = Callable[["Cell", Callable[[], None], Callable[[Failure | None], None]], Life]
"""Starts an incarnation in a cell; told by two callbacks when it is ready, and when it is over."""


class Cell:
    """One address: its specification, its mailbox, and the incarnation that lives there now.

    state: down, starting, running, stopping, failed or absent. Read from any thread, written by its supervisor's.
    """

    def __init__(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        self.spec = spec
        self.supervisor = supervisor
        self.depth = depth
        self.address = spec.address
        self.mailbox = (
            Mailbox(spec.capacity, full=spec.full)
            if isinstance(spec, ChildSpec)
            else Mailbox(256, reserve=1024)
        )
        self.state = "absent" if spec.absent else "down"
        self.incarnation = 0
        self.life: Life | None = None
        self.failures = 0
        self.last_failure: Failure | None = None
        self.health = Health.DOWN if spec.absent else Health.STARTING
        self.reason = spec.absent
        self.remedy = ""
        self.since = time.time()
        self.said = False
        self.over = False

    @property
    def pin(self) -> str:
        """thread or process."""
        return self.spec.pin if isinstance(self.spec, ChildSpec) else "thread"

    @property
    def restarts(self) -> int:
        """How many times an incarnation followed another."""
        return max(0, self.incarnation - 1)


class Household:
    """Every cell of a node, and what supervisors may do with them (supervisor.supervisor.Cells). Never blocks."""

    def __init__(
        self,
        root: SupervisorSpec,
        directory: Directory,
        make: MakeLife,
        recorder: Recorder | None,
        start_record: Callable[[Cell], Started],
    ) -> None:
        self.cells: dict[str, Cell] = {}
        self.changed: Callable[[Cell], None] = lambda _: None
        self._directory = directory
        self._make = make
        self._recorder = recorder
        self._start_record = start_record
        self._numbers = count(1)
        self._add(root, "", 0)

    def cell(self, address: str) -> Cell:
        """The cell at `address`. Raises KeyError."""
        return self.cells[address]

    def launch(self, address: str) -> int:
        """Begin a new incarnation; its number."""
        cell = self.cells[address]
        cell.incarnation += 1
        cell.state, cell.said, cell.over, cell.since = "starting", False, False, time.time()
        cell.health, cell.reason, cell.remedy = Health.STARTING, "", ""
        number = cell.incarnation
        for stale in cell.mailbox.withdraw(Stop):
            self._directory.bury(stale, "late", "it was meant for an earlier incarnation")
        log.info("%s: starting (incarnation %d)", address, number)
        if self._recorder is not None:
            self._recorder.append(self._start_record(cell))
        self.changed(cell)
        life = self._make(
            cell, lambda: self._ready(cell, number), lambda failure: self._ended(cell, number, failure)
        )
        if not cell.over:
            cell.life = life
        return number

    def halt(self, address: str) -> None:
        """Ask the incarnation to stop."""
        cell = self.cells[address]
        cell.state = "stopping"
        self.changed(cell)
        self._tell(address, Stop(), sender=cell.supervisor)

    def kill(self, address: str, why: str) -> None:
        """End the incarnation at once: a process is killed, a thread is fenced."""
        cell = self.cells[address]
        log.warning("%s: killed: %s", address, why)
        if cell.life is not None:
            cell.life.kill(why)

    def retire(self, address: str) -> None:
        """The final stop: what is left in the mailbox becomes dead letters, and so does what comes later."""
        cell = self.cells[address]
        for envelope in cell.mailbox.close():
            self._directory.bury(envelope, "stopped", f"{address} has stopped for good")

    def say(self, address: str, health: Health, reason: str, remedy: str) -> None:
        """Note an actor's own word on its health."""
        cell = self.cells.get(address)
        if cell is None:
            return
        if (health, reason) != (cell.health, cell.reason):
            level = logging.INFO if health is Health.OK else logging.WARNING
            log.log(level, "%s: %s %s%s", address, health, reason, f" -> {remedy}" if remedy else "")
        cell.health, cell.reason, cell.remedy, cell.said = health, reason, remedy, True
        self.changed(cell)

    def statuses(self) -> tuple[Mapping[str, object], ...]:
        """One plain map per cell, in tree order, for people and for JSON."""
        return tuple(_status(cell) for cell in self.cells.values())

    def status(self, address: str) -> Mapping[str, object]:
        """One cell as a plain map."""
        return _status(self.cells[address])

    def _add(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        cell = self.cells[spec.address] = Cell(spec, supervisor, depth)
        if not spec.absent:
            self._directory.open(spec.address, cell.mailbox)
        if isinstance(spec, SupervisorSpec):
            for child in spec.children:
                self._add(child, spec.address, depth + 1)

    def _ready(self, cell: Cell, number: int) -> None:
        if number != cell.incarnation:
            return
        cell.state = "running"
        if not cell.said:
            cell.health = Health.OK
        self.changed(cell)
        self._tell(cell.supervisor, ChildReady(cell.address, number), sender=cell.address)

    def _ended(self, cell: Cell, number: int, failure: Failure | None) -> None:
        if number != cell.incarnation:
            return
        cell.state = "failed" if failure is not None else "down"
        cell.health, cell.life, cell.over = Health.DOWN, None, True
        if failure is not None:
            cell.failures += 1
            cell.last_failure = failure
            cell.reason = f"{failure.kind}: {failure.text}"
            log.error(
                "%s: died of %s while handling %s",
                cell.address,
                failure.kind,
                failure.message_type or "nothing",
            )
        if self._recorder is not None:
            self._recorder.append(
                Stopped(cell.address, number, "failed" if failure else "stopped", failure, time.time())
            )
        self.changed(cell)
        self._tell(cell.supervisor, ChildEnded(cell.address, number, failure), sender=cell.address)

    def _tell(self, to: str, message: Message, sender: str) -> None:
        if to:
            envelope = Envelope(f"{sender}~cell", 0, next(self._numbers), to, message)
            self._directory.deliver(envelope)


def _status(cell: Cell) -> Mapping[str, object]:
    life = cell.life
    handling = life.handling if life is not None else None
    failure = cell.last_failure
    return {
        "address": cell.address,
        "supervisor": cell.supervisor,
        "depth": cell.depth,
        "kind": "supervisor" if isinstance(cell.spec, SupervisorSpec) else "actor",
        "node": "root" if cell.pin == "thread" else cell.address,
        "pin": cell.pin,
        "pid": life.pid if life is not None else 0,
        "state": cell.state,
        "health": str(cell.health),
        "reason": cell.reason,
        "remedy": cell.remedy,
        "incarnation": cell.incarnation,
        "restarts": cell.restarts,
        "mailbox": len(cell.mailbox),
        "handling": type(handling.message).__name__ if handling is not None else "",
        "last_error": f"{failure.kind}: {failure.text}" if failure is not None else "",
        "since": cell.since,
    }
