"""The actors of a node: starts and ends incarnations in slots, and reports what becomes of them."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass

import msgspec

from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended
from actors.kernel.protocol.lifecycle import Failure, Health, Stop
from actors.kernel.record import RecordSink, Started, Stopped
from supervisor.otp.configured_tree import ConfiguredTree
from supervisor.otp.notices import LifecycleNotices
from supervisor.otp.slot import ActorSlot, MakeHandle
from supervisor.otp.slot_table import SlotTable
from supervisor.otp.spec import ChildSpec, SupervisorSpec, with_replicas
from supervisor.otp.status import status_of

log = logging.getLogger(__name__)
MOST_ENDINGS = 200


class Ending(msgspec.Struct, frozen=True):
    """The end of an incarnation at `at` (epoch seconds). failure: None after an orderly stop."""

    address: str
    incarnation: int
    at: float
    failure: Failure | None


@dataclass(eq=False, repr=False)
class ActorRegistry:
    """What supervisors do to their children's slots (supervisor.otp.supervisor.Slots). Never blocks.

    make: starts incarnations. wall: epoch seconds.
    recorder: gets a record of every start, made by `start_record`, and of every end.
    on_change: called with a slot whose state or health has changed.
    on_close: called with an address whose standby processes are no longer needed.
    on_end: called with the root's failure, None after an orderly stop.
    endings: the last ends of incarnations, the oldest first.
    """

    root: SupervisorSpec
    _directory: Directory
    _make: MakeHandle
    _recorder: RecordSink | None
    _start_record: Callable[[ActorSlot], Started]
    _wall: Callable[[], float]
    _: KW_ONLY
    on_change: Callable[[ActorSlot], None]
    on_close: Callable[[str], None]
    on_end: Ended

    def __post_init__(self) -> None:
        self._table = SlotTable(self.root, self._directory)
        self._configured = ConfiguredTree(self.root)
        self._notices = LifecycleNotices(self._directory)
        self.endings: deque[Ending] = deque(maxlen=MOST_ENDINGS)
        self.slots: Mapping[str, ActorSlot] = self._table.slots
        self.plan = self._configured.plan
        self.revision = self._configured.revision

    def slot(self, address: str) -> ActorSlot:
        """The slot at `address`. Raises KeyError."""
        return self.slots[address]

    # -- what supervisors do

    def launch(self, address: str) -> int:
        """Start a new incarnation; returns its number."""
        slot = self.slots[address]
        number = slot.begin(self._wall())
        for stale in slot.mailbox.withdraw(Stop):
            self._directory.dead_letter(stale, "late", "it was meant for an earlier incarnation")
        log.info("%s: starting (incarnation %d)", address, number)
        if self._recorder is not None:
            self._recorder.append(self._start_record(slot))
        self.on_change(slot)
        handle = self._make(
            slot, lambda: self._ready(slot, number), lambda failure: self._ended(slot, number, failure)
        )
        if not slot.ended:
            slot.handle = handle
        return number

    def halt(self, address: str) -> None:
        slot = self.slots[address]
        slot.state = "stopping"
        self.on_change(slot)
        self._notices.stop(slot)

    def kill(self, address: str, why: str, kind: str = "Killed", message: str = "") -> None:
        """End the incarnation at once: a process is killed, a thread is fenced. See ActorHandle.kill."""
        slot = self.slots[address]
        log.warning("%s: killed: %s", address, why)
        if slot.handle is not None:
            slot.handle.kill(why, kind, message)

    def set_health(self, address: str, health: Health, reason: str, remedy: str) -> None:
        """Log and note the health that an actor, or its supervisor, reports."""
        slot = self.slots.get(address)
        if slot is None:
            return
        if (health, reason) != (slot.health, slot.reason):
            level = logging.INFO if health is Health.OK else logging.WARNING
            log.log(level, "%s: %s %s%s", address, health, reason, f" -> {remedy}" if remedy else "")
        slot.set_health(health, reason, remedy)
        self.on_change(slot)

    def close_slot(self, address: str) -> None:
        """Stop the slot and all below for good: mail that waits, or comes later, becomes dead letters."""
        slot = self.slots[address]
        for child in self._table.children(address):
            self.close_slot(child.address)
        self._table.close(slot)
        if slot.state == "disabled":
            self.on_change(slot)
        self.on_close(address)

    def configure_slot(self, spec: ChildSpec) -> None:
        """See SlotTable.configure."""
        known = spec.address in self.slots
        self._table.configure(spec)
        if known:
            self.on_close(spec.address)  # standby processes of the old kind

    def remove_slot(self, address: str) -> None:
        """See SlotTable.remove."""
        self.on_close(address)
        self.on_change(self._table.remove(address))

    def current_spec(self, spec: SupervisorSpec) -> SupervisorSpec:
        """The specification of a supervisor that is about to start, with its children as they are now.

        A child may have been moved, or have another number of replicas. Replicas that the previous supervisor was
        removing are removed now.
        """
        children = tuple(
            self.slots[child.address].spec if isinstance(child, ChildSpec) else child
            for child in spec.children
        )
        expected = {child.address for child in with_replicas(children)}
        for slot in self._table.children(spec.address):
            if slot.address not in expected:
                self.remove_slot(slot.address)
        return msgspec.structs.replace(self._configured.spec(spec.address), children=children)

    # -- for people and for JSON

    def statuses(self) -> tuple[Mapping[str, object], ...]:
        """One plain map per slot, in tree order."""
        slots = tuple(self._table.in_tree_order())
        return tuple(status_of(slot, slots) for slot in slots)

    def status(self, address: str) -> Mapping[str, object]:
        return status_of(self.slots[address], tuple(self.slots.values()))

    # -- news of incarnations, from any thread

    def _ready(self, slot: ActorSlot, number: int) -> None:
        if number != slot.incarnation:
            return
        slot.run()
        self.on_change(slot)
        self._notices.ready(slot)

    def _ended(self, slot: ActorSlot, number: int, failure: Failure | None) -> None:
        if number != slot.incarnation or slot.ended:
            return
        slot.end(failure)
        if failure is not None:
            log.error(
                "%s: died of %s while handling %s",
                slot.address,
                failure.kind,
                failure.message_type or "nothing",
            )
        self.endings.append(Ending(slot.address, number, self._wall(), failure))
        if self._recorder is not None:
            why = "failed" if failure else "stopped"
            self._recorder.append(Stopped(slot.address, number, why, failure, self._wall()))
        self.on_change(slot)
        orphans = [c for c in self._table.children(slot.address) if c.handle is not None] if failure else ()
        self._notices.ended(slot, failure, orphans)
        if not slot.supervisor:
            if failure is None:
                self.close_slot(slot.address)
            self.on_end(failure)
