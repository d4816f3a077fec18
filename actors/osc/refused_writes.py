"""What was not written to the avatar, by name and by reason; pure."""

from collections.abc import Mapping

import msgspec

from actors.osc.fitting import Why

MOST_NAMES = 64
_NAMED = 3
_LONGEST = 40


class RefusedWrites(msgspec.Struct, frozen=True):
    """counts: since the start, by reason. names: of this avatar's, in the order in which they were refused first."""

    counts: Mapping[str, int] = {}
    names: tuple[str, ...] = ()

    def again(self, name: str, why: Why) -> "RefusedWrites":
        """One more."""
        counts = {**self.counts, why.value: self.counts.get(why.value, 0) + 1}
        is_new = name not in self.names and len(self.names) < MOST_NAMES
        return RefusedWrites(counts, (*self.names, name) if is_new else self.names)

    def elsewhere(self) -> "RefusedWrites":
        """Another avatar may take what this one does not."""
        return RefusedWrites(self.counts)

    @property
    def reason(self) -> str:
        """One line for the owner, "" while all is written."""
        if not self.names:
            return ""
        shown = ", ".join(_shown(name) for name in self.names[:_NAMED])
        more = len(self.names) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        return f"{len(self.names)} of the avatar's parameters cannot be written: {shown}{rest}"


def _shown(name: str) -> str:
    plain = "".join(c for c in name if c.isprintable())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."
