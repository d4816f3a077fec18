"""What a supervisor knows of its children, and its decisions about them: pure, in Erlang/OTP's terms."""

import random
from collections.abc import Sequence

from actors.kernel.protocol.lifecycle import Failure
from actors.vocabulary.backoff import Backoff
from supervisor.otp.spec import ChildSpec, OnGiveUp, Restart, Strategy, SupervisorSpec

FORGET = 600.0
"""Seconds after which a failure is forgotten, unless the supervisor's period is longer."""


class Child:
    """One child of a supervisor.

    phase: down, starting, up or stopping. wanted: up, down or again (stopped, then up).
    paused: the restart waits for the timer `pause`. given_up: it is only retried slowly.
    health_reported: the current incarnation has reported its own health.
    patient: the stop was requested and may take as long as a message may. leaving: the child is being removed.
    killer: the type of message that killed it last, and how many times in a row.
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
        """Whether an incarnation is starting, running or stopping."""
        return self.phase != "down"

    @property
    def stop_timeout(self) -> float:
        """Seconds that the stop may take."""
        extra = self.spec.handler_timeout if self.patient and isinstance(self.spec, ChildSpec) else 0.0
        return self.spec.stop_timeout + extra

    def restart(self) -> None:
        """Ask for an orderly stop followed by a start."""
        self.wanted, self.patient = "again", True

    def stop(self) -> None:
        """Ask for an orderly stop."""
        self.wanted, self.patient = "down", True

    def note_failure(self, failure: Failure | None, now: float, period: float) -> None:
        """Note when it ended, and which type of message killed it. period: seconds that failures count for."""
        self.failures = (*recent(self.failures, now, max(period, FORGET)), now)
        kind = failure.message_type if failure is not None else ""
        type_, times = self.killer
        self.killer = (kind, times + 1 if kind and kind == type_ else 1)

    def is_given_up(self, now: float, reset: float) -> bool:
        """Whether it was given up and has not been up for `reset` seconds since."""
        return self.given_up and (self.up_since is None or now - self.up_since < reset)


def should_restart(spec: ChildSpec | SupervisorSpec, failure: Failure | None) -> bool:
    """Whether a child that ended by itself is restarted: permanent always, transient after a failure."""
    transient_failed = spec.restart is Restart.TRANSIENT and failure is not None
    return spec.restart is Restart.PERMANENT or transient_failed


def restarted_with(failed: Child, strategy: Strategy, children: Sequence[Child]) -> tuple[Child, ...]:
    """The siblings that are restarted with `failed`; `children` in start order."""
    if strategy is Strategy.ONE_FOR_ONE:
        return ()
    if strategy is Strategy.ONE_FOR_ALL:
        return tuple(other for other in children if other is not failed)
    return tuple(children[list(children).index(failed) + 1 :])


def gives_up(spec: SupervisorSpec, children: Sequence[Child], child: Child, now: float) -> bool:
    """Whether more failures lie within the period than the intensity allows.

    When giving up escalates, the failures of all children count, as in OTP. When only the child is given up, only its
    own count: a missing microphone says nothing about the speaker.
    """
    counted = children if spec.on_give_up is OnGiveUp.ESCALATE else (child,)
    return sum(len(recent(one.failures, now, spec.period)) for one in counted) > spec.intensity


def recent(failures: tuple[float, ...], now: float, period: float) -> tuple[float, ...]:
    """The failures of the last `period` seconds. Times are monotonic seconds, oldest first."""
    return tuple(at for at in failures if now - at < period)


def pause(failures: tuple[float, ...], now: float, backoff: Backoff, rng: random.Random) -> float:
    """Seconds to wait before the restart after the newest of `failures`, less up to 20 % of jitter."""
    seconds = backoff.restart_pause(failures, now)
    return seconds * rng.uniform(0.8, 1.0) if seconds else 0.0
