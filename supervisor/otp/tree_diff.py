"""What a new configuration changes for the children of a supervisor: pure."""

from collections.abc import Iterable, Iterator

import msgspec

from supervisor.otp.spec import ChildSpec, SupervisorSpec

BY_RESTART = ("actor", "process", "routing_key", "subscribers", "placeable", "labels")
BY_MOVE = ("pin", "instances")
"""Fields that `plan` changes, and that a person may have changed by a command since."""


class Revision(msgspec.Struct, frozen=True):
    """One child, as the configuration had it before and has it now."""

    before: ChildSpec
    after: ChildSpec

    @property
    def moves(self) -> bool:
        """Whether it runs elsewhere, or in another number of replicas."""
        return self._differs(BY_MOVE)

    @property
    def restarts(self) -> bool:
        return self._differs(BY_RESTART)

    @property
    def interrupts(self) -> bool:
        """Whether the change ends or starts an incarnation."""
        toggled = bool(self.before.disabled_reason) != bool(self.after.disabled_reason)
        return self.moves or self.restarts or toggled

    def applied(self, now: ChildSpec) -> ChildSpec:
        """The child `now` with the configuration's changes, without those that `plan` makes."""
        changes = {
            name: getattr(self.after, name)
            for name in ChildSpec.__struct_fields__
            if name not in BY_MOVE and getattr(self.before, name) != getattr(self.after, name)
        }
        return msgspec.structs.replace(now, **changes)

    def _differs(self, names: Iterable[str]) -> bool:
        return any(getattr(self.before, name) != getattr(self.after, name) for name in names)


def revise(
    before: Iterable[ChildSpec | SupervisorSpec], after: Iterable[ChildSpec | SupervisorSpec]
) -> Iterator[Revision]:
    """The actors whose specifications differ; which actors there are does not depend on the configuration."""
    known = {child.address: child for child in before if isinstance(child, ChildSpec)}
    for child in after:
        old = known.get(child.address)
        if isinstance(child, ChildSpec) and old is not None and old != child:
            yield Revision(old, child)
