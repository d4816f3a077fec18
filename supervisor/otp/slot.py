"""Slots: one per address. A slot outlives the incarnations in it, and keeps their mailbox."""

import time
from collections.abc import Callable
from typing import Protocol

from actors.kernel.durations import Counts, no_counts, since, together
from actors.kernel.incarnation import Ended
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.spec import ChildSpec, SupervisorSpec


class ActorHandle(Protocol):
    """One running incarnation, in a thread or in a process of its own.

    pid: of its process, 0 where that is on another machine. place: where it runs now: `thread`, `process`, `host:NAME`,
    or `wait` for nowhere. handling: the envelope being handled, since `begun` (monotonic seconds).
    beat: the last sign of life (monotonic seconds), 0.0 if unknown.
    durations: what it has handled, by how long it took.
    """

    @property
    def pid(self) -> int: ...
    @property
    def place(self) -> str: ...
    @property
    def handling(self) -> Envelope | None: ...
    @property
    def begun(self) -> float | None: ...
    @property
    def beat(self) -> float: ...
    @property
    def durations(self) -> Counts: ...
    def rss(self) -> int:
        """Bytes of memory that its own process holds; 0 if it has none, or that is unknown."""

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """End it at once, with a failure of `kind`. message: only while it handles the envelope with this id."""


MINUTE = 60.0
MakeHandle = Callable[["ActorSlot", Callable[[], None], Ended], ActorHandle]
"""Starts an incarnation in a slot. The callbacks are called when the incarnation is ready, and when it has ended."""


class Lately:
    """What came since a minute or two ago; where nobody has looked for longer, since then."""

    def __init__(self) -> None:
        self._then: tuple[Counts, float, Counts] = (no_counts(), 0.0, no_counts())

    def look(self, now: float, counts: Counts) -> Counts:
        """What of `counts` is new. now: monotonic seconds."""
        before, at, then = self._then
        if now - at >= MINUTE:
            self._then = before, at, then = then, now, counts
        return since(counts, before)


class ActorSlot:
    """One address: its specification, its mailbox, and the current incarnation.

    state: down, starting, running, stopping, failed or disabled. handle: None while no incarnation runs.
    health_reported: the current incarnation has reported its own health. ended: it has ended.
    since: when it was started (epoch seconds).
    Any thread may read; only the supervisor's changes it.
    """

    def __init__(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        self.spec = spec
        self.supervisor = supervisor
        self.depth = depth
        self.address = spec.address
        self.mailbox = _mailbox(spec)
        self.state = "disabled" if spec.disabled_reason else "down"
        self.incarnation = 0
        self.handle: ActorHandle | None = None
        self.failures = 0
        self.last_failure: Failure | None = None
        self.health = Health.DOWN if spec.disabled_reason else Health.STARTING
        self.reason = spec.disabled_reason
        self.remedy = ""
        self.since = time.time()
        self.health_reported = False
        self.ended = False
        self._handled_before: Counts = no_counts()
        self._lately = Lately()

    @property
    def durations(self) -> Counts:
        """What all its incarnations have handled, by how long it took (actors.kernel.durations)."""
        handle = self.handle
        return self._handled_before if handle is None else together(self._handled_before, handle.durations)

    def handled_lately(self, now: float, durations: Counts) -> Counts:
        """What of `durations` is of the last minute or two (see Lately). now: monotonic seconds."""
        return self._lately.look(now, durations)

    @property
    def pin(self) -> str:
        """`thread`, `process` or `host:NAME`: where it is to run."""
        return self.spec.pin if isinstance(self.spec, ChildSpec) else "thread"

    @property
    def is_supervisor(self) -> bool:
        return isinstance(self.spec, SupervisorSpec)

    @property
    def replica_of(self) -> str:
        """The address of which this is a replica, "" for none."""
        return self.spec.replica_of if isinstance(self.spec, ChildSpec) else ""

    @property
    def restarts(self) -> int:
        return max(0, self.incarnation - 1)

    def begin(self, now: float) -> int:
        """Begin the next incarnation at `now` (epoch seconds); returns its number."""
        self.incarnation += 1
        self.state, self.health_reported, self.ended, self.since = "starting", False, False, now
        self.health, self.reason, self.remedy = Health.STARTING, "", ""
        return self.incarnation

    def run(self) -> None:
        """Note that the current incarnation is ready."""
        self.state = "running"
        if not self.health_reported:
            self.health = Health.OK

    def end(self, failure: Failure | None) -> None:
        """Note that the current incarnation has ended, of `failure` or in order."""
        self.state = "failed" if failure is not None else "down"
        self._handled_before = self.durations
        # Before the handle goes: LifecycleNotices.ended reads them in the other order.
        self.ended = True
        self.health, self.handle = Health.DOWN, None
        if failure is not None:
            self.failures += 1
            self.last_failure = failure
            self.reason = f"{failure.kind}: {failure.text}"

    def set_health(self, health: Health, reason: str, remedy: str) -> None:
        """Note the health that the current incarnation, or its supervisor, reports."""
        self.health, self.reason, self.remedy, self.health_reported = health, reason, remedy, True

    def disable(self) -> None:
        """Run this actor no longer, for the reason in its specification."""
        self.state, self.health, self.reason = "disabled", Health.DOWN, self.spec.disabled_reason

    def enable(self) -> None:
        """Allow this actor to run again, with a new mailbox: the previous one is closed."""
        self.mailbox = _mailbox(self.spec)
        self.state, self.health, self.reason = "down", Health.STARTING, ""


def _mailbox(spec: ChildSpec | SupervisorSpec) -> Mailbox:
    if isinstance(spec, ChildSpec):
        return Mailbox(spec.capacity, full=spec.full)
    return Mailbox(256, reserve=1024)
