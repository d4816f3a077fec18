"""Carries out faults by the means of one tree, and counts them."""

from collections import Counter
from collections.abc import Callable, Mapping

from supervisor.faults.plan import Fault

__all__ = ["FaultInjector", "Means"]

Means = Mapping[str, Callable[[Fault], bool | None]]
"""How each kind of fault is carried out; False says that its target was not there to be hit."""


class FaultInjector:
    """injected: how many faults of each kind were carried out."""

    def __init__(self, means: Means) -> None:
        self.injected: Counter[str] = Counter()
        self._means = means

    def inject(self, fault: Fault) -> bool:
        """Carry out the fault now. False when its target was not there."""
        if self._means[fault.kind](fault) is False:
            return False
        self.injected[fault.kind] += 1
        return True
