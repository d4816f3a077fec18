"""What a supervisor knows of its children, and its decisions about them: pure, in Erlang/OTP's terms."""

from collections.abc import Sequence

from actors.kernel.protocol.lifecycle import Failure
from supervisor.otp.backoff import recent
from supervisor.otp.spec import ChildSpec, OnGiveUp, Restart, Strategy, SupervisorSpec

__all__ = ["Child", "gives_up", "is_given_up", "note_failure", "restarted_with", "should_restart"]

FORGET = 600.0
"""Seconds after which a failure is forgotten, where no longer period needs it."""


class Child:
    """One child. phase: down, starting, up or stopping. wanted: up, down or again (stopped, then up).

    paused: its restart waits for the timer `pause`. given_up: it is only tried again slowly. health_reported: its
    present incarnation has reported its own health. patient: its stop was requested, and may take as long as a message
    may. leaving: it is to be removed. killer: the type of message that killed it last, and how many times in a row.
    """

    def __init__(self, spec: ChildSpec | SupervisorSpec) -> None:
        self.spec = spec
        self.phase = "down"
        self.wanted = "down" if spec.disabled_reason else "up"
        self.incarnation = 0
        self.failures: tuple[float, ...] = ()
        self.paused = False
        self.pause = 0
        self.given_up = False
        self.health_reported = False
        self.patient = False
        self.leaving = False
        self.up_since: float | None = None
        self.killer: tuple[str, int] = ("", 0)

    @property
    def alive(self) -> bool:
        """Whether an incarnation starts, runs or stops."""
        return self.phase != "down"

    @property
    def stop_timeout(self) -> float:
        """Seconds that its stop may take."""
        if self.patient and isinstance(self.spec, ChildSpec):
            return self.spec.stop_timeout + self.spec.handler_timeout
        return self.spec.stop_timeout

    def restart(self) -> None:
        """It is to be stopped in order and started again."""
        self.wanted, self.patient = "again", True

    def stop(self) -> None:
        """It is to be stopped in order."""
        self.wanted, self.patient = "down", True


def should_restart(spec: ChildSpec | SupervisorSpec, failure: Failure | None) -> bool:
    """Whether a child that ended by itself is started again: permanent always, transient after a failure."""
    if spec.restart is Restart.PERMANENT:
        return True
    return spec.restart is Restart.TRANSIENT and failure is not None


def restarted_with(failed: Child, strategy: Strategy, children: Sequence[Child]) -> tuple[Child, ...]:
    """The siblings that are restarted with `failed`; `children` in start order."""
    if strategy is Strategy.ONE_FOR_ONE:
        return ()
    if strategy is Strategy.ONE_FOR_ALL:
        return tuple(other for other in children if other is not failed)
    return tuple(children[list(children).index(failed) + 1 :])


def note_failure(spec: SupervisorSpec, child: Child, failure: Failure | None, now: float) -> None:
    """Note the end of a child that will be restarted: when it was, and which type of message killed it."""
    child.failures = (*recent(child.failures, now, max(spec.period, FORGET)), now)
    kind = failure.message_type if failure is not None else ""
    type_, times = child.killer
    child.killer = (kind, times + 1 if kind and kind == type_ else 1)


def gives_up(spec: SupervisorSpec, children: Sequence[Child], child: Child, now: float) -> bool:
    """Whether the failures within the period are more than the intensity allows.

    All the children's count together, as in OTP, where giving up means to escalate; the child's own where only that
    child is given up, since a missing microphone says nothing about the speaker.
    """
    counted = children if spec.on_give_up is OnGiveUp.ESCALATE else (child,)
    return sum(len(recent(one.failures, now, spec.period)) for one in counted) > spec.intensity


def is_given_up(child: Child, now: float, reset: float) -> bool:
    """Whether the child is still one that was given up: it has not been up for `reset` seconds since."""
    return child.given_up and (child.up_since is None or now - child.up_since < reset)
