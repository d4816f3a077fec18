"""The faults of a run: a list that is a pure function of the seed, and can be shortened."""

import random
from collections.abc import Collection, Mapping, Sequence

import msgspec

FAULTS = {
    "crash": "an exception in the middle of a handler, or a message that nobody handles",
    "crash loop": "crashes again and again, more often than is permitted",
    "hang": "a handler that does not return before its handler_timeout",
    "slow": "a handler that takes long",
    "kill": "an actor is killed as its supervisor would",
    "group": "a supervisor is killed, with all below it",
    "restart": "an actor is restarted in order",
    "flood": "more mail than a mailbox holds",
    "sigkill": "the process of an actor is killed",
    "freeze": "the process of an actor is stopped (SIGSTOP)",
    "lost node": "the process of an actor ends, with all the mail that it had",
    "lag": "the link to a process is slow",
    "partition": "nothing gets through to another machine, for longer or less long than it is waited for",
    "lost host": "another machine is gone, with all that ran there",
    "lost link": "the connection to another machine ends",
    "lost frame": "a link to another machine has lost something",
    "move": "an actor is moved from a thread to a process, or back",
    "instances": "an actor gets another number of instances",
    "reorder": "messages of different senders arrive in another order",
    "late reply": "answers are delayed",
    "lost reply": "answers are lost",
    "full disk": "the disk takes no writes",
    "slow disk": "writes take long",
    "torn write": "the power fails in the middle of a write",
    "power cut": "the power fails",
    "clock jump": "the wall clock is set",
    "unplugged": "a device or the network is missing",
    "silent model": "the model's server says nothing",
    "broken model": "the model's server breaks off, refuses, or answers after it was told to stop",
    "reload": "somebody saves another configuration",
    "vote": "an actor refuses a new configuration, or dies or hangs over its vote",
    "hostile": "datagrams that are no OSC, of strangers, or too many",
    "suspend": "the machine stands still, with a handler at work",
}
"""Every kind of fault. A FaultProfile names those that a tree can have."""


class Fault(msgspec.Struct, frozen=True):
    """number: its index in the plan.
    at: seconds after the begin; seconds: its duration.
    target: an address, a device, or a section of the configuration.
    amount: 0 to 5; for a crash, for example, how many messages the handler sends before it.
    """

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


class FaultKind(msgspec.Struct, frozen=True):
    """A kind's weight among the others, its targets, and its least and most seconds."""

    weight: int
    targets: Sequence[str]
    least: float = 0.0
    most: float = 0.0


class FaultProfile(msgspec.Struct, frozen=True):
    """every: seconds between two faults, on average.
    share: the part of a run in which faults begin.
    kinds: by name (FAULTS).
    """

    every: float
    share: float
    kinds: Mapping[str, FaultKind]


def plan(seed: int, seconds: float, profile: FaultProfile) -> tuple[Fault, ...]:
    """The faults of a run of `seconds`, in order of time."""
    dice = random.Random(f"plan {seed}")
    names, weights = tuple(profile.kinds), tuple(kind.weight for kind in profile.kinds.values())
    faults: list[Fault] = []
    at = 0.0
    while names and (at := at + dice.expovariate(1.0 / profile.every)) < seconds * profile.share:
        (name,) = dice.choices(names, weights)
        kind = profile.kinds[name]
        lasts = round(dice.uniform(kind.least, kind.most), 3)
        target, amount = dice.choice(kind.targets), dice.randrange(6)
        faults.append(Fault(len(faults), round(at, 6), name, target, lasts, amount))
    return tuple(faults)


def chosen(faults: Sequence[Fault], numbers: Collection[int]) -> tuple[Fault, ...]:
    """The faults with these numbers. Raises LookupError for a number that the plan does not have."""
    known = {fault.number for fault in faults}
    if unknown := sorted(set(numbers) - known):
        raise LookupError(f"the plan has {len(faults)} faults, and none with number {unknown[0]}")
    return tuple(fault for fault in faults if fault.number in numbers)
