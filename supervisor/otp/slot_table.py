"""The slots of a node, with their entries in the directory and the routers for replicas."""

from collections.abc import Iterator

from actors.kernel.directory import Directory
from supervisor.otp.router import Router
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, SupervisorSpec, with_replicas


class SlotTable:
    """slots: by address, a supervisor before its children. Mail left in a closed mailbox becomes dead letters."""

    def __init__(self, root: SupervisorSpec, directory: Directory) -> None:
        self.slots: dict[str, ActorSlot] = {}
        self._directory = directory
        self._routers: dict[str, Router] = {}
        self._removed_at: dict[str, int] = {}
        self._add(root, "", 0)

    def children(self, supervisor: str) -> tuple[ActorSlot, ...]:
        return tuple(slot for slot in tuple(self.slots.values()) if slot.supervisor == supervisor)

    def in_tree_order(self) -> Iterator[ActorSlot]:
        """All slots, replicas right after their first instance."""
        slots = tuple(self.slots.values())
        for slot in slots:
            if not slot.replica_of:
                yield slot
                yield from (other for other in slots if other.replica_of == slot.address)

    def configure(self, spec: ChildSpec) -> None:
        """Make the slot of a new replica, or give an existing slot its new specification."""
        slot = self.slots.get(spec.address)
        if slot is None:
            first = self.slots[spec.replica_of]
            slot = ActorSlot(spec, first.supervisor, first.depth)
            # A removed replica's count goes on: ids are never used twice.
            slot.incarnation = self._removed_at.pop(spec.address, 0)
            self._open(slot)
        else:
            was_disabled, slot.spec = bool(slot.spec.disabled_reason), spec
            if was_disabled and not spec.disabled_reason:
                slot.enable()
                self._open(slot)
        if spec.instances > 1:
            self._route(slot, spec)

    def close(self, slot: ActorSlot) -> None:
        """Handle nothing more in this slot: mail that waits, or comes later, becomes dead letters."""
        for envelope in slot.mailbox.close():
            self._directory.dead_letter(envelope, "stopped", f"{slot.address} has stopped for good")
        if slot.spec.disabled_reason:
            slot.disable()
            self._directory.close(slot.address)

    def remove(self, address: str) -> ActorSlot:
        """Remove a replica's slot; its mail goes to the other instances. Returns the first instance's slot."""
        slot = self.slots.pop(address)
        self._removed_at[address] = slot.incarnation
        router = self._routers[slot.replica_of]
        router.remove(address)
        left = slot.mailbox.close()
        self._directory.close(address)
        for envelope in left:
            if (fell := router.put(envelope)) is not None:
                self._directory.dead_letter(fell.envelope, fell.why)
        return self.slots[slot.replica_of]

    def _add(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        slot = ActorSlot(spec, supervisor, depth)
        self._open(slot)
        if isinstance(spec, SupervisorSpec):
            for child in with_replicas(spec.children):
                self._add(child, spec.address, depth + 1)
        elif spec.instances > 1 and not spec.disabled_reason:
            self._route(slot, spec)

    def _open(self, slot: ActorSlot) -> None:
        self.slots[slot.address] = slot
        if slot.spec.disabled_reason:
            return
        self._directory.open(slot.address, slot.mailbox)
        if slot.replica_of:
            self._routers[slot.replica_of].add(slot.address, slot.mailbox)

    def _route(self, slot: ActorSlot, spec: ChildSpec) -> None:
        if spec.address not in self._routers:
            router = Router(spec.address, spec.routing_key, slot.mailbox, self._directory.deliver, self._runs)
            self._routers[spec.address] = router
            self._directory.open(spec.address, router)

    def _runs(self, address: str) -> bool:
        slot = self.slots.get(address)
        return slot is not None and slot.state == "running"
