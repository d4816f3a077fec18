"""What a sample says of the whole."""

import math
from dataclasses import dataclass

Z = 1.96
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Score:
    """`argued`: survivors that the kept list shows to be no bugs; they count neither way. `survived`: the others."""

    killed: int
    argued: int
    survived: int

    @property
    def counted(self) -> int:
        """The mutants that could have been killed."""
        return self.killed + self.survived

    @property
    def share(self) -> float:
        """Killed of counted, from 0 to 1."""
        return self.killed / self.counted if self.counted else 0.0

    @property
    def at_least(self) -> float:
        """The share's lower bound, after Wilson, at 95 %."""
        return wilson(self.killed, self.counted)


def wilson(hits: int, trials: int) -> float:
    """The lower bound of the share that `hits` of `trials` stand for, from 0 to 1."""
    if not trials:
        return 0.0
    share = hits / trials
    middle = share + Z * Z / (2 * trials)
    spread = Z * math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials))
    return max(0.0, (middle - spread) / (1 + Z * Z / trials))
