"""Writes to an avatar whose parameters are not known yet: they wait for the list, and not for long; pure."""

from collections.abc import Mapping

import msgspec

PATIENCE = 1.0  # seconds after a change of avatar, for which its list is waited for
MOST = 64  # parameters; beyond it the one that waits longest is given up

Number = bool | int | float


class HeldWrites(msgspec.Struct, frozen=True):
    """waits: whether writes are held back. values: the newest of each parameter, in the order of their writing."""

    waits: bool = False
    values: Mapping[str, Number] = {}

    def with_write(self, name: str, value: Number) -> "HeldWrites":
        """One more; what the same parameter was to be before is not written."""
        others = {other: one for other, one in self.values.items() if other != name}
        return HeldWrites(self.waits, {**dict(list(others.items())[-(MOST - 1) :]), name: value})
