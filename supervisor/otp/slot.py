"""Slots: the places where actors live. A slot outlives the incarnations in it, with their address and mailbox."""

import time
from collections.abc import Callable
from typing import Protocol

from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.spec import ChildSpec, SupervisorSpec

__all__ = ["ActorHandle", "ActorSlot", "MakeHandle"]


class ActorHandle(Protocol):
    """One incarnation under way, in a thread or in a process of its own.

    pid: its process. handling: what it is handling, begun at `begun` (monotonic seconds). beat: when it last showed
    that it lives (monotonic seconds), 0.0 where that is not known.
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
        """Bytes of memory that its own process holds; 0 where it has none of its own, or nobody knows."""

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        """End it at once, as a failure of `kind`. message: only while it handles the envelope with this id."""


MakeHandle = Callable[["ActorSlot", Callable[[], None], Callable[[Failure | None], None]], ActorHandle]
"""Starts an incarnation in a slot; told by two callbacks when it is ready, and when it is over."""


class ActorSlot:
    """One address: its specification, its mailbox, and the incarnation that lives there now.

    state: down, starting, running, stopping, failed or disabled. Read from any thread, written by its supervisor's.
    """

    def __init__(self, spec: ChildSpec | SupervisorSpec, supervisor: str, depth: int) -> None:
        self.spec = spec
        self.supervisor = supervisor
        self.depth = depth
        self.address = spec.address
        self.mailbox = (
            Mailbox(spec.capacity, full=spec.full)
            if isinstance(spec, ChildSpec)
            else Mailbox(256, reserve=1024)
        )
        self.state = "disabled" if spec.disabled_reason else "down"
        self.incarnation = 0
        self.handle: ActorHandle | None = None
        self.failures = 0
        self.last_failure: Failure | None = None
        self.health = Health.DOWN if spec.disabled_reason else Health.STARTING
        self.reason = spec.disabled_reason
        self.remedy = ""
        self.since = time.time()
        self.said = False
        self.over = False

    @property
    def pin(self) -> str:
        """thread or process."""
        return self.spec.pin if isinstance(self.spec, ChildSpec) else "thread"

    @property
    def is_supervisor(self) -> bool:
        """Whether a supervisor lives here."""
        return isinstance(self.spec, SupervisorSpec)

    @property
    def restarts(self) -> int:
        """How many times an incarnation followed another."""
        return max(0, self.incarnation - 1)
