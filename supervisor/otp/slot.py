"""Slots: one for each address. A slot outlives the incarnations in it, and keeps their address and mailbox."""

import time
from collections.abc import Callable
from typing import Protocol

from actors.kernel.incarnation import Ended
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.spec import ChildSpec, SupervisorSpec

__all__ = ["ActorHandle", "ActorSlot", "MakeHandle"]


class ActorHandle(Protocol):
    """One running incarnation, in a thread or in a process of its own.

    pid: its process. handling: the envelope that it handles now, since `begun` (monotonic seconds). beat: its last
    sign of life (monotonic seconds), 0.0 where that is not known.
    """

    @property
    def pid(self) -> int: ...
    @property
    def handling(self) -> Envelope | None: ...
    @property
    def begun(self) -> float | None: ...
    @property
    def beat(self) -> float: ...
    def rss(self) -> int:
        """Bytes of memory that its own process holds; 0 where it has no process of its own, or it is not known."""

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """End it at once, as a failure of `kind`. message: only while it handles the envelope with this id."""


MakeHandle = Callable[["ActorSlot", Callable[[], None], Ended], ActorHandle]
"""Starts an incarnation in a slot. The callbacks are called when the incarnation is ready, and when it has ended."""


class ActorSlot:
    """One address: its specification, its mailbox, and the incarnation that runs there now.

    state: down, starting, running, stopping, failed or disabled. handle: None while no incarnation runs.
    health_reported: the present incarnation has reported its own health. ended: the present incarnation has ended.
    since: when the present incarnation was started (epoch seconds). Read from any thread, changed by its supervisor's.
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

    @property
    def pin(self) -> str:
        """thread or process."""
        return self.spec.pin if isinstance(self.spec, ChildSpec) else "thread"

    @property
    def is_supervisor(self) -> bool:
        """Whether it is a supervisor's slot."""
        return isinstance(self.spec, SupervisorSpec)

    @property
    def replica_of(self) -> str:
        """The address that this is a further instance of, "" for none."""
        return self.spec.replica_of if isinstance(self.spec, ChildSpec) else ""

    @property
    def restarts(self) -> int:
        """How many times an incarnation followed another."""
        return max(0, self.incarnation - 1)

    def begin(self, now: float) -> int:
        """Another incarnation is being started, at `now` (epoch seconds); its number."""
        self.incarnation += 1
        self.state, self.health_reported, self.ended, self.since = "starting", False, False, now
        self.health, self.reason, self.remedy = Health.STARTING, "", ""
        return self.incarnation

    def run(self) -> None:
        """The present incarnation is ready."""
        self.state = "running"
        if not self.health_reported:
            self.health = Health.OK

    def end(self, failure: Failure | None) -> None:
        """The present incarnation has ended, of `failure` or in order."""
        self.state = "failed" if failure is not None else "down"
        self.ended = (
            True  # before the handle goes: who ends a dead supervisor's children looks in the other order
        )
        self.health, self.handle = Health.DOWN, None
        if failure is not None:
            self.failures += 1
            self.last_failure = failure
            self.reason = f"{failure.kind}: {failure.text}"

    def set_health(self, health: Health, reason: str, remedy: str) -> None:
        """Note the health that the present incarnation, or its supervisor, reports."""
        self.health, self.reason, self.remedy, self.health_reported = health, reason, remedy, True

    def disable(self) -> None:
        """Its actor is not run any more, for the reason in its specification."""
        self.state, self.health, self.reason = "disabled", Health.DOWN, self.spec.disabled_reason

    def enable(self) -> None:
        """Its actor is to be run again, with a new mailbox: the one before was closed."""
        self.mailbox = _mailbox(self.spec)
        self.state, self.health, self.reason = "down", Health.STARTING, ""


def _mailbox(spec: ChildSpec | SupervisorSpec) -> Mailbox:
    if isinstance(spec, ChildSpec):
        return Mailbox(spec.capacity, full=spec.full)
    return Mailbox(256, reserve=1024)
