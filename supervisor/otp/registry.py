"""Every cell of a node, and what supervisors may do with them.

Whatever ends here is announced to its supervisor as a message, so that nothing waits for anything.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import count

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol import Failure, Health, Stop
from actors.kernel.record import Recorder, Started, Stopped
from supervisor.otp.messages import ChildEnded, ChildReady
from supervisor.otp.router import Router
from supervisor.otp.slot import Cell, MakeLife
from supervisor.otp.spec import ChildSpec, SupervisorSpec, with_fellows
from supervisor.otp.status import status_of

__all__ = ["Household"]

log = logging.getLogger(__name__)


class Household:
    """The cells by address, in tree order (supervisor.otp.supervisor.Cells). Never blocks.

    changed: told of every change of a life or of a health. retired: told of an address that nobody will live at again.
    wall: epoch seconds.
    """

    def __init__(
        self,
        root: SupervisorSpec,
        directory: Directory,
        make: MakeLife,
        recorder: Recorder | None,
        start_record: Callable[[Cell], Started],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.cells: dict[str, Cell] = {}
        self.changed: Callable[[Cell], None] = lambda _: None
        self.retired: Callable[[str], None] = lambda _: None
        self._directory = directory
        self._make = make
        self._recorder = recorder
        self._start_record = start_record
        self._wall = wall
        self._numbers = count(1)
        self._routers: dict[str, Router] = {}
        self._left_at: dict[str, int] = {}
        self._planned: dict[str, SupervisorSpec] = {}
        self._revised: dict[str, SupervisorSpec] = {}
        self._orphaning: dict[str, tuple[int, Failure, set[str]]] = {}
        self._add(root, "", 0)

    def cell(self, address: str) -> Cell:
        """The cell at `address`. Raises KeyError."""
        return self.cells[address]

    # -- what supervisors do

    def launch(self, address: str) -> int:
        """Begin a new incarnation; its number."""
        cell = self.cells[address]
        cell.incarnation += 1
        cell.state, cell.said, cell.over, cell.since = "starting", False, False, self._wall()
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

    def kill(self, address: str, why: str, kind: str = "Killed", message: str = "") -> None:
        """End the incarnation at once: a process is killed, a thread is fenced. See Life.kill."""
        cell = self.cells[address]
        log.warning("%s: killed: %s", address, why)
        if cell.life is not None:
            cell.life.kill(why, kind, message)

    def retire(self, address: str) -> None:
        """The final stop, of all that live below it too: what is left in the mailbox becomes dead letters, and so does
        what comes later."""
        cell = self.cells[address]
        for child in tuple(self.cells.values()):
            if child.supervisor == address:
                self.retire(child.address)
        for envelope in cell.mailbox.close():
            self._directory.bury(envelope, "stopped", f"{address} has stopped for good")
        if cell.spec.absent:  # it was switched off
            cell.state, cell.health, cell.reason = "absent", Health.DOWN, cell.spec.absent
            self._directory.close(address)
            self.changed(cell)
        self.retired(address)

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

    def furnish(self, spec: ChildSpec) -> None:
        """Make the cell of a new instance, or give a cell its new specification."""
        cell = self.cells.get(spec.address)
        if cell is not None:
            was_absent, cell.spec = bool(_spec_of(cell).absent), spec
            self.retired(spec.address)  # spares of the old kind
            if was_absent and not spec.absent:
                self._bring_in(cell)
        else:
            first = self.cells[spec.fellow_of]
            cell = Cell(spec, first.supervisor, first.depth)
            # It goes on counting, where there was one before: ids are never used twice.
            cell.incarnation = self._left_at.pop(spec.address, 0)
            self._open(cell)
        if spec.instances > 1:
            self._route(self.cells[spec.address], spec)

    def plan(self, root: SupervisorSpec) -> tuple[str, ...]:
        """What the configuration wants the tree to be from now on; the supervisors that have something to revise."""
        self._planned = {spec.address: spec for spec in _supervisors(root) if spec.address in self.cells}
        return tuple(address for address, spec in self._planned.items() if spec != self._configured(address))

    def revision(self, address: str) -> tuple[SupervisorSpec, SupervisorSpec]:
        """How the configuration had a supervisor and its children when this was last asked, and how it has them now."""
        before = self._configured(address)
        after = self._revised[address] = self._planned.get(address, before)
        return before, after

    def _configured(self, address: str) -> SupervisorSpec:
        spec = self._revised.get(address, self.cells[address].spec)
        assert isinstance(spec, SupervisorSpec)
        return spec

    def _bring_in(self, cell: Cell) -> None:
        """An actor that was switched off shall live."""
        cell.mailbox = Mailbox(cell.spec.capacity, full=cell.spec.full)  # type: ignore[union-attr]
        cell.state, cell.health, cell.reason = "down", Health.STARTING, ""
        self._open(cell)

    def clear(self, address: str) -> None:
        """Take an instance's cell away; what waited there goes to the other instances."""
        cell = self.cells.pop(address)
        self._left_at[address] = cell.incarnation
        spec = cell.spec
        assert isinstance(spec, ChildSpec)
        router = self._routers[spec.fellow_of]
        router.remove(address)
        self.retired(address)
        left = cell.mailbox.close()
        self._directory.close(address)
        for envelope in left:
            fell = router.put(envelope)
            if fell is not None:
                self._directory.bury(fell.envelope, fell.why)
        self.changed(self.cells[spec.fellow_of])

    def current(self, spec: SupervisorSpec) -> SupervisorSpec:
        """The specification of a supervisor that is about to live, with its children as they are now: some may have
        been moved, or have another number of instances. An instance that was about to leave when the supervisor before
        it died has left."""
        children = tuple(
            self.cells[child.address].spec if isinstance(child, ChildSpec) else child
            for child in spec.children
        )
        expected = {child.address for child in with_fellows(children)}
        for cell in tuple(self.cells.values()):
            if cell.supervisor == spec.address and cell.address not in expected:
                self.clear(cell.address)
        return msgspec.structs.replace(self._configured(spec.address), children=children)

    # -- for people and for JSON

    def statuses(self) -> tuple[Mapping[str, object], ...]:
        """One plain map per cell, in tree order."""
        cells = tuple(self._in_tree_order())
        return tuple(status_of(cell, cells) for cell in cells)

    def status(self, address: str) -> Mapping[str, object]:
        """One cell as a plain map."""
        return status_of(self.cells[address], tuple(self.cells.values()))

    def _in_tree_order(self) -> Iterator[Cell]:
        cells = tuple(self.cells.values())
        for cell in cells:
            if not _is_fellow(cell):
                yield cell
                yield from (other for other in cells if _is_fellow(other, cell.address))

    # -- cells

    def _add(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        self._open(Cell(spec, supervisor, depth))
        if isinstance(spec, SupervisorSpec):
            for child in with_fellows(spec.children):
                self._add(child, spec.address, depth + 1)
        elif spec.instances > 1 and not spec.absent:
            self._route(self.cells[spec.address], spec)

    def _open(self, cell: Cell) -> None:
        self.cells[cell.address] = cell
        spec = cell.spec
        if spec.absent:
            return
        self._directory.open(cell.address, cell.mailbox)
        if isinstance(spec, ChildSpec) and spec.fellow_of:
            self._routers[spec.fellow_of].add(cell.address, cell.mailbox)

    def _route(self, cell: Cell, spec: ChildSpec) -> None:
        if spec.address not in self._routers:
            router = Router(spec.address, spec.balance, cell.mailbox, self._directory.deliver, self._runs)
            self._routers[spec.address] = router
            self._directory.open(spec.address, router)

    def _runs(self, address: str) -> bool:
        cell = self.cells.get(address)
        return cell is not None and cell.state == "running"

    # -- news of incarnations, from any thread

    def _ready(self, cell: Cell, number: int) -> None:
        if number != cell.incarnation:
            return
        cell.state = "running"
        if not cell.said:
            cell.health = Health.OK
        self.changed(cell)
        self._tell(cell.supervisor, ChildReady(cell.address, number), sender=cell.address)

    def _ended(self, cell: Cell, number: int, failure: Failure | None) -> None:
        if number != cell.incarnation or cell.over:
            return
        cell.state = "failed" if failure is not None else "down"
        cell.over = True  # before `life` goes: `_end_orphans` looks in the other order
        cell.health, cell.life = Health.DOWN, None
        if failure is not None:
            self._note(cell, failure)
        if self._recorder is not None:
            why = "failed" if failure else "stopped"
            self._recorder.append(Stopped(cell.address, number, why, failure, self._wall()))
        self.changed(cell)
        if not (failure is not None and self._end_orphans(cell, number, failure)):
            self._announce(cell, number, failure)
        if not cell.supervisor and failure is None:
            self.retire(cell.address)  # the root's end is everybody's

    def _note(self, cell: Cell, failure: Failure) -> None:
        cell.failures += 1
        cell.last_failure = failure
        cell.reason = f"{failure.kind}: {failure.text}"
        doing = failure.message_type or "nothing"
        log.error("%s: died of %s while handling %s", cell.address, failure.kind, doing)

    def _announce(self, cell: Cell, number: int, failure: Failure | None) -> None:
        self._tell(cell.supervisor, ChildEnded(cell.address, number, failure), sender=cell.address)
        parent = cell.supervisor
        waiting = self._orphaning.get(parent)
        if waiting is not None:
            waiting[2].discard(cell.address)
            if not waiting[2] and self._orphaning.pop(parent, None) is not None:
                self._announce(self.cells[parent], waiting[0], waiting[1])

    def _end_orphans(self, cell: Cell, number: int, failure: Failure) -> bool:
        """A supervisor has died: end its children, and announce its death when they are gone. False if it has none."""
        children = [c for c in self.cells.values() if c.supervisor == cell.address and c.life is not None]
        if not children:
            return False
        self._orphaning[cell.address] = (number, failure, {child.address for child in children})
        for child in children:
            life = child.life
            if life is not None:
                life.kill(f"its supervisor {cell.address} has died")
            elif child.over:
                self._announce(child, child.incarnation, None)
        return True

    def _tell(self, to: str, message: Message, sender: str) -> None:
        if to:
            envelope = Envelope(f"{sender}~cell", 0, next(self._numbers), to, message)
            self._directory.deliver(envelope)


def _spec_of(cell: Cell) -> ChildSpec:
    assert isinstance(cell.spec, ChildSpec)
    return cell.spec


def _supervisors(spec: SupervisorSpec) -> Iterator[SupervisorSpec]:
    yield spec
    for child in spec.children:
        if isinstance(child, SupervisorSpec):
            yield from _supervisors(child)


def _is_fellow(cell: Cell, of: str = "") -> bool:
    spec = cell.spec
    return isinstance(spec, ChildSpec) and bool(spec.fellow_of) and of in ("", spec.fellow_of)
