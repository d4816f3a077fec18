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
from actors.kernel.protocol.lifecycle import Failure, Health, Stop
from actors.kernel.record import RecordSink, Started, Stopped
from supervisor.otp.messages import ChildEnded, ChildReady
from supervisor.otp.router import Router
from supervisor.otp.slot import ActorSlot, MakeHandle
from supervisor.otp.spec import ChildSpec, SupervisorSpec, with_replicas
from supervisor.otp.status import status_of

__all__ = ["ActorRegistry"]

log = logging.getLogger(__name__)


class ActorRegistry:
    """The cells by address, in tree order (supervisor.otp.supervisor.Cells). Never blocks.

    changed: told of every change of a life or of a health. retired: told of an address that nobody will live at again.
    wall: epoch seconds.
    """

    def __init__(
        self,
        root: SupervisorSpec,
        directory: Directory,
        make: MakeHandle,
        recorder: RecordSink | None,
        start_record: Callable[[ActorSlot], Started],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.slots: dict[str, ActorSlot] = {}
        self.changed: Callable[[ActorSlot], None] = lambda _: None
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

    def slot(self, address: str) -> ActorSlot:
        """The cell at `address`. Raises KeyError."""
        return self.slots[address]

    # -- what supervisors do

    def launch(self, address: str) -> int:
        """Begin a new incarnation; its number."""
        slot = self.slots[address]
        slot.incarnation += 1
        slot.state, slot.said, slot.over, slot.since = "starting", False, False, self._wall()
        slot.health, slot.reason, slot.remedy = Health.STARTING, "", ""
        number = slot.incarnation
        for stale in slot.mailbox.withdraw(Stop):
            self._directory.dead_letter(stale, "late", "it was meant for an earlier incarnation")
        log.info("%s: starting (incarnation %d)", address, number)
        if self._recorder is not None:
            self._recorder.append(self._start_record(slot))
        self.changed(slot)
        life = self._make(
            slot, lambda: self._ready(slot, number), lambda failure: self._ended(slot, number, failure)
        )
        if not slot.over:
            slot.handle = life
        return number

    def halt(self, address: str) -> None:
        """Ask the incarnation to stop."""
        slot = self.slots[address]
        slot.state = "stopping"
        self.changed(slot)
        self._tell(address, Stop(), sender=slot.supervisor)

    def kill(self, address: str, why: str, kind: str = "Killed", message: str = "") -> None:
        """End the incarnation at once: a process is killed, a thread is fenced. See Life.kill."""
        slot = self.slots[address]
        log.warning("%s: killed: %s", address, why)
        if slot.handle is not None:
            slot.handle.kill(why, kind, message)

    def retire(self, address: str) -> None:
        """The final stop, of all that live below it too: what is left in the mailbox becomes dead letters, and so does
        what comes later."""
        slot = self.slots[address]
        for child in tuple(self.slots.values()):
            if child.supervisor == address:
                self.retire(child.address)
        for envelope in slot.mailbox.close():
            self._directory.dead_letter(envelope, "stopped", f"{address} has stopped for good")
        if slot.spec.disabled_reason:  # it was switched off
            slot.state, slot.health, slot.reason = "disabled", Health.DOWN, slot.spec.disabled_reason
            self._directory.close(address)
            self.changed(slot)
        self.retired(address)

    def say(self, address: str, health: Health, reason: str, remedy: str) -> None:
        """Note an actor's own word on its health."""
        slot = self.slots.get(address)
        if slot is None:
            return
        if (health, reason) != (slot.health, slot.reason):
            level = logging.INFO if health is Health.OK else logging.WARNING
            log.log(level, "%s: %s %s%s", address, health, reason, f" -> {remedy}" if remedy else "")
        slot.health, slot.reason, slot.remedy, slot.said = health, reason, remedy, True
        self.changed(slot)

    def configure_slot(self, spec: ChildSpec) -> None:
        """Make the cell of a new instance, or give a cell its new specification."""
        slot = self.slots.get(spec.address)
        if slot is not None:
            was_absent, slot.spec = bool(_spec_of(slot).disabled_reason), spec
            self.retired(spec.address)  # spares of the old kind
            if was_absent and not spec.disabled_reason:
                self._bring_in(slot)
        else:
            first = self.slots[spec.fellow_of]
            slot = ActorSlot(spec, first.supervisor, first.depth)
            # It goes on counting, where there was one before: ids are never used twice.
            slot.incarnation = self._left_at.pop(spec.address, 0)
            self._open(slot)
        if spec.instances > 1:
            self._route(self.slots[spec.address], spec)

    def plan(self, root: SupervisorSpec) -> tuple[str, ...]:
        """What the configuration wants the tree to be from now on; the supervisors that have something to revise."""
        self._planned = {spec.address: spec for spec in _supervisors(root) if spec.address in self.slots}
        return tuple(address for address, spec in self._planned.items() if spec != self._configured(address))

    def revision(self, address: str) -> tuple[SupervisorSpec, SupervisorSpec]:
        """How the configuration had a supervisor and its children when this was last asked, and how it has them now."""
        before = self._configured(address)
        after = self._revised[address] = self._planned.get(address, before)
        return before, after

    def _configured(self, address: str) -> SupervisorSpec:
        spec = self._revised.get(address, self.slots[address].spec)
        assert isinstance(spec, SupervisorSpec)
        return spec

    def _bring_in(self, slot: ActorSlot) -> None:
        """An actor that was switched off shall live."""
        slot.mailbox = Mailbox(slot.spec.capacity, full=slot.spec.full)  # type: ignore[union-attr]
        slot.state, slot.health, slot.reason = "down", Health.STARTING, ""
        self._open(slot)

    def clear(self, address: str) -> None:
        """Take an instance's cell away; what waited there goes to the other instances."""
        slot = self.slots.pop(address)
        self._left_at[address] = slot.incarnation
        spec = slot.spec
        assert isinstance(spec, ChildSpec)
        router = self._routers[spec.fellow_of]
        router.remove(address)
        self.retired(address)
        left = slot.mailbox.close()
        self._directory.close(address)
        for envelope in left:
            fell = router.put(envelope)
            if fell is not None:
                self._directory.dead_letter(fell.envelope, fell.why)
        self.changed(self.slots[spec.fellow_of])

    def current(self, spec: SupervisorSpec) -> SupervisorSpec:
        """The specification of a supervisor that is about to live, with its children as they are now: some may have
        been moved, or have another number of instances. An instance that was about to leave when the supervisor before
        it died has left."""
        children = tuple(
            self.slots[child.address].spec if isinstance(child, ChildSpec) else child
            for child in spec.children
        )
        expected = {child.address for child in with_replicas(children)}
        for slot in tuple(self.slots.values()):
            if slot.supervisor == spec.address and slot.address not in expected:
                self.clear(slot.address)
        return msgspec.structs.replace(self._configured(spec.address), children=children)

    # -- for people and for JSON

    def statuses(self) -> tuple[Mapping[str, object], ...]:
        """One plain map per cell, in tree order."""
        slots = tuple(self._in_tree_order())
        return tuple(status_of(slot, slots) for slot in slots)

    def status(self, address: str) -> Mapping[str, object]:
        """One cell as a plain map."""
        return status_of(self.slots[address], tuple(self.slots.values()))

    def _in_tree_order(self) -> Iterator[ActorSlot]:
        slots = tuple(self.slots.values())
        for slot in slots:
            if not _is_fellow(slot):
                yield slot
                yield from (other for other in slots if _is_fellow(other, slot.address))

    # -- cells

    def _add(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        self._open(ActorSlot(spec, supervisor, depth))
        if isinstance(spec, SupervisorSpec):
            for child in with_replicas(spec.children):
                self._add(child, spec.address, depth + 1)
        elif spec.instances > 1 and not spec.disabled_reason:
            self._route(self.slots[spec.address], spec)

    def _open(self, slot: ActorSlot) -> None:
        self.slots[slot.address] = slot
        spec = slot.spec
        if spec.disabled_reason:
            return
        self._directory.open(slot.address, slot.mailbox)
        if isinstance(spec, ChildSpec) and spec.fellow_of:
            self._routers[spec.fellow_of].add(slot.address, slot.mailbox)

    def _route(self, slot: ActorSlot, spec: ChildSpec) -> None:
        if spec.address not in self._routers:
            router = Router(spec.address, spec.routing_key, slot.mailbox, self._directory.deliver, self._runs)
            self._routers[spec.address] = router
            self._directory.open(spec.address, router)

    def _runs(self, address: str) -> bool:
        slot = self.slots.get(address)
        return slot is not None and slot.state == "running"

    # -- news of incarnations, from any thread

    def _ready(self, slot: ActorSlot, number: int) -> None:
        if number != slot.incarnation:
            return
        slot.state = "running"
        if not slot.said:
            slot.health = Health.OK
        self.changed(slot)
        self._tell(slot.supervisor, ChildReady(slot.address, number), sender=slot.address)

    def _ended(self, slot: ActorSlot, number: int, failure: Failure | None) -> None:
        if number != slot.incarnation or slot.over:
            return
        slot.state = "failed" if failure is not None else "down"
        slot.over = True  # before `life` goes: `_end_orphans` looks in the other order
        slot.health, slot.handle = Health.DOWN, None
        if failure is not None:
            self._note(slot, failure)
        if self._recorder is not None:
            why = "failed" if failure else "stopped"
            self._recorder.append(Stopped(slot.address, number, why, failure, self._wall()))
        self.changed(slot)
        if not (failure is not None and self._end_orphans(slot, number, failure)):
            self._announce(slot, number, failure)
        if not slot.supervisor and failure is None:
            self.retire(slot.address)  # the root's end is everybody's

    def _note(self, slot: ActorSlot, failure: Failure) -> None:
        slot.failures += 1
        slot.last_failure = failure
        slot.reason = f"{failure.kind}: {failure.text}"
        doing = failure.message_type or "nothing"
        log.error("%s: died of %s while handling %s", slot.address, failure.kind, doing)

    def _announce(self, slot: ActorSlot, number: int, failure: Failure | None) -> None:
        self._tell(slot.supervisor, ChildEnded(slot.address, number, failure), sender=slot.address)
        parent = slot.supervisor
        waiting = self._orphaning.get(parent)
        if waiting is not None:
            waiting[2].discard(slot.address)
            if not waiting[2] and self._orphaning.pop(parent, None) is not None:
                self._announce(self.slots[parent], waiting[0], waiting[1])

    def _end_orphans(self, slot: ActorSlot, number: int, failure: Failure) -> bool:
        """A supervisor has died: end its children, and announce its death when they are gone. False if it has none."""
        children = [c for c in self.slots.values() if c.supervisor == slot.address and c.handle is not None]
        if not children:
            return False
        self._orphaning[slot.address] = (number, failure, {child.address for child in children})
        for child in children:
            life = child.handle
            if life is not None:
                life.kill(f"its supervisor {slot.address} has died")
            elif child.over:
                self._announce(child, child.incarnation, None)
        return True

    def _tell(self, to: str, message: Message, sender: str) -> None:
        if to:
            envelope = Envelope(f"{sender}~cell", 0, next(self._numbers), to, message)
            self._directory.deliver(envelope)


def _spec_of(slot: ActorSlot) -> ChildSpec:
    assert isinstance(slot.spec, ChildSpec)
    return slot.spec


def _supervisors(spec: SupervisorSpec) -> Iterator[SupervisorSpec]:
    yield spec
    for child in spec.children:
        if isinstance(child, SupervisorSpec):
            yield from _supervisors(child)


def _is_fellow(slot: ActorSlot, of: str = "") -> bool:
    spec = slot.spec
    return isinstance(spec, ChildSpec) and bool(spec.fellow_of) and of in ("", spec.fellow_of)
