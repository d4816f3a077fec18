"""What the launcher does after a root has ended: pure."""

from dataclasses import dataclass

from actors.vocabulary.backoff import Backoff
from actors.vocabulary.process_end import is_crash

DECISIONS = frozenset({2, 4, 5, 70})
"""Exit statuses by which a root says that it should not be started again: unreadable configuration, another instance
runs, stopped with the state not saved, the supervisor gave up. 0 is none: on Windows, whoever kills a process chooses
its status, and a root that stops says goodbye."""

GAVE_UP = 70


@dataclass(frozen=True, slots=True)
class RestartSettings:
    """How a root wants to be started again; the same settings as for actors. Times in seconds."""

    intensity: int = 5
    period: float = 60.0
    initial: float = 0.1
    longest: float = 5.0
    reset: float = 30.0


def is_decision(code: int, *, said_goodbye: bool, lived: bool) -> bool:
    """Whether this end is intended: by its exit status, or because the root said so; or whether the root never ran, so
    that the same would happen again."""
    return said_goodbye or code in DECISIONS or (not lived and not is_crash(code))


def after_death(deaths: tuple[float, ...], now: float, settings: RestartSettings) -> float | None:
    """Seconds until the next start, the first one at once and then doubling; None to give up. deaths: monotonic
    seconds, the newest last."""
    recent = [at for at in deaths if now - at < settings.period]
    if len(recent) > settings.intensity:
        return None
    return Backoff(settings.initial, settings.longest, settings.reset).restart_pause(deaths, now)
