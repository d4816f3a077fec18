"""What goes wrong in a run, with whom and when: a pure function of the seed, and a list that can be shortened."""

import random
from collections.abc import Collection, Sequence

import msgspec

from supervisor.otp.messages import ROOT
from supervisor.otp.spec import SupervisorSpec, walk
from supervisor.simulation.environment.configuration import configuration
from supervisor.tree import CORE, tree

__all__ = ["KINDS", "Fault", "chosen", "plan"]

EVERY = 4.0
"""Seconds between two faults, on average."""

QUIET_END = 0.85
"""The part of a run in which faults begin; what they do is seen through after it."""

_TREE = tree(configuration())
# Whoever all others stand on comes last, the actors of its group too: a plan tells the groups by their place.
_GROUPS = sorted(
    (g for g in _TREE.children if isinstance(g, SupervisorSpec)), key=lambda group: group.address == CORE
)
_ACTORS = tuple(child for group in _GROUPS for child in walk(group) if not child.disabled_reason)
THREADS = tuple(child.address for child in _ACTORS if child.pin == "thread")
PROCESSES = tuple(child.address for child in _ACTORS if child.pin == "process")
GROUPS = (*(group.address for group in _GROUPS), ROOT)
DEVICES = ("speaker", "microphone", "network")
RELOADS = ("bot", "speech", "performance", "llm", "osc", "broken", "supervision", "voice")


class Fault(msgspec.Struct, frozen=True):
    """number: its place in the plan. at: seconds after the begin. target: an address, a device, or what is changed.
    seconds: how long it lasts. amount: of what depends on the kind: effects of a handler before it strikes, say."""

    number: int
    at: float
    kind: str
    target: str = ""
    seconds: float = 0.0
    amount: int = 0

    @property
    def text(self) -> str:
        """One line for people."""
        lasts = f" for {self.seconds:g} s" if self.seconds else ""
        return f"{self.number}: at {self.at:.3f} s {self.kind} {self.target}{lasts} ({self.amount})"


KINDS: dict[str, tuple[int, Sequence[str], float, float]] = {
    # kind: weight, targets, the least and the most seconds
    "crash": (8, THREADS + PROCESSES, 0.0, 0.0),  # an exception in the middle of a handler
    "hang": (5, THREADS + PROCESSES, 6.0, 20.0),  # a handler that does not return within anybody's patience
    "crash loop": (
        2,
        THREADS + PROCESSES,
        8.0,
        20.0,
    ),  # crashes again and again, more often than is permitted
    "slow": (6, THREADS + PROCESSES, 0.05, 1.5),  # one that takes long
    "kill": (4, THREADS, 0.0, 0.0),
    "lost node": (5, PROCESSES, 0.0, 0.0),  # a process is gone, with all that it had in hand
    "lag": (3, PROCESSES, 1.0, 8.0),  # the link to it is slow
    "group": (2, GROUPS, 0.0, 0.0),  # a supervisor is killed
    "reorder": (4, THREADS, 1.0, 5.0),  # mail of different senders arrives in another order
    "late reply": (3, THREADS, 0.5, 12.0),  # answers are under way for so long
    "lost reply": (3, THREADS, 0.5, 2.0),  # answers are lost for so long
    "full disk": (3, ("disk",), 1.0, 15.0),
    "slow disk": (3, ("disk",), 2.0, 15.0),
    "torn write": (2, ("disk",), 0.0, 0.0),  # the power fails in the middle of a write
    "power cut": (2, ("power",), 0.0, 0.0),
    "clock jump": (2, ("clock",), 0.0, 0.0),
    "unplugged": (4, DEVICES, 1.0, 15.0),
    "silent model": (3, ("model",), 3.0, 30.0),
    "broken model": (
        3,
        ("model",),
        2.0,
        12.0,
    ),  # it breaks off, refuses, or answers after it was told to stop
    "reload": (5, RELOADS, 0.0, 0.0),
    "flood": (2, THREADS, 0.0, 0.0),
    "restart": (2, THREADS + PROCESSES, 0.0, 0.0),
}


def plan(seed: int, seconds: float) -> tuple[Fault, ...]:
    """The faults of a run, in order of time."""
    dice = random.Random(f"plan {seed}")
    kinds, weights = tuple(KINDS), tuple(weight for weight, _, _, _ in KINDS.values())
    faults: list[Fault] = []
    at = 0.0
    while (at := at + dice.expovariate(1.0 / EVERY)) < seconds * QUIET_END:
        (kind,) = dice.choices(kinds, weights)
        _, targets, least, most = KINDS[kind]
        lasts = round(dice.uniform(least, most), 3)
        faults.append(Fault(len(faults), round(at, 6), kind, dice.choice(targets), lasts, dice.randrange(6)))
    return tuple(faults)


def chosen(faults: Sequence[Fault], numbers: Collection[int]) -> tuple[Fault, ...]:
    """Those of the plan with these numbers. Raises LookupError for one that it does not have."""
    known = {fault.number for fault in faults}
    if unknown := sorted(set(numbers) - known):
        raise LookupError(f"the plan has {len(faults)} faults, and none with number {unknown[0]}")
    return tuple(fault for fault in faults if fault.number in numbers)
