"""Injects faults into one tree, and counts them."""

from collections import Counter
from collections.abc import Callable, Mapping

from supervisor.faults.plan import Fault

Means = Mapping[str, Callable[[Fault], bool | None]]
"""The function that injects each kind of fault. It returns False when the target does not run."""


def counted(counts: Mapping[str, int]) -> str:
    """`3 crash, 1 kill`, or `none`."""
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())) or "none"


class FaultInjector:
    """injected: the number of injected faults of each kind."""

    def __init__(self, means: Means) -> None:
        self.injected: Counter[str] = Counter()
        self._means = means

    def inject(self, fault: Fault) -> bool:
        """Inject the fault now. False when its target does not run."""
        if self._means[fault.kind](fault) is False:
            return False
        self.injected[fault.kind] += 1
        return True
