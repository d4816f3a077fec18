"""Checks what a launcher did with its roots against its promise, by an account of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from supervisor.launcher.restart_policy import RestartSettings

SILENT = 30.0
STOP_WITHIN = 20.0
SAME_REQUEST = 0.5
DECISIONS = frozenset({2, 4, 5, 70})
GAVE_UP = 70
TICKS = 2.5
"""Seconds by which the launcher may be late: it looks once a second."""


@dataclass(slots=True)
class RootLife:
    """begun, connected_at, ended_at, kills: seconds. deaths: how many it was told of. held: inputs when it was
    started. told: it has told anything. hangs: it shows no life any more. rested: its datagrams were sent after it."""

    begun: float
    deaths: int
    held: frozenset[str]
    connected_at: float | None = None
    ended_at: float | None = None
    code: int = 0
    told: bool = False
    goodbye: bool = False
    hangs: bool = False
    rested: bool = False
    kills: list[float] = field(default_factory=list)


@dataclass(slots=True)
class RootHistory:
    """All that happened to a launcher. signals: when its owner asked it to stop. suspended: when the machine went on,
    and after how long. held, code, ended_at: at its own end."""

    settings: RestartSettings
    roots: list[RootLife] = field(default_factory=list)
    signals: list[float] = field(default_factory=list)
    suspended: list[tuple[float, float]] = field(default_factory=list)
    held: frozenset[str] = frozenset()
    code: int = 0
    ended_at: float = 0.0


def violations(history: RootHistory) -> tuple[str, ...]:
    """A line each."""
    return tuple(f"{history.ended_at:.3f} s: launcher: {what}" for what in _found(history))


def _found(history: RootHistory) -> Iterator[str]:
    for root in history.roots:
        if root.held:
            yield f"a root was started while {', '.join(sorted(root.held))} was held"
        if not root.rested:
            yield f"a root that ended at {root.ended_at} was not followed by a rest"
        yield from _of_kills(root, history)
    if history.held:
        yield f"it ended with {', '.join(sorted(history.held))} still held"
    yield from _of_restarts(history)
    yield from _of_the_end(history)


def _of_kills(root: RootLife, history: RootHistory) -> Iterator[str]:
    ended = root.ended_at if root.ended_at is not None else history.ended_at
    asked = next((at for at in history.signals if at <= ended), None)
    kill = root.kills[0] if root.kills else None
    if kill is not None and not root.hangs and not _may_kill(kill, asked, history.signals):
        yield f"a root that was well was killed at {kill:.3f} s"
    if asked is not None and ended - asked > STOP_WITHIN + TICKS + _still(asked, ended, history):
        yield f"a root that was told to stop at {asked:.3f} s ended at {ended:.3f} s"
    if root.hangs and root.connected_at is not None:
        awake = ended - root.begun - _still(root.begun, ended, history)
        if awake > 2 * SILENT + 60.0 and kill is None:
            yield f"a root that hung was not killed by {ended:.3f} s"


def _may_kill(kill: float, asked: float | None, signals: list[float]) -> bool:
    if asked is None:
        return False
    again = any(asked + SAME_REQUEST < at <= kill for at in signals)
    return again or kill - asked > STOP_WITHIN


def _still(since: float, until: float, history: RootHistory) -> float:
    """Seconds for which the machine stood still in between; the launcher then counts anew."""
    return sum(seconds + SILENT for at, seconds in history.suspended if since < at <= until + seconds)


def _of_restarts(history: RootHistory) -> Iterator[str]:
    deaths: list[float] = []
    for before, after in zip(history.roots, history.roots[1:], strict=False):
        if before.ended_at is None:
            yield "two roots at a time"
            return
        if _decided(before):
            yield f"a root was started again after it had ended with status {before.code} on purpose"
        deaths.append(before.ended_at)
        if after.deaths != len(deaths):
            yield f"the root after {len(deaths)} deaths was told of {after.deaths}"
        settings = _known(history, len(deaths))
        if _too_many(deaths, settings):
            yield f"a root was started again after too many deaths, at {after.begun:.3f} s"
        waited, promised = after.begun - before.ended_at, _pause(deaths, settings)
        awake = waited - _slept(before.ended_at, after.begun, history)
        # Time in which the machine stood still may count or not.
        if waited < promised - 0.01 or awake > promised + 0.01:
            yield f"a root was started again after {waited:.3f} s, not {promised:.3f} s"


def _known(history: RootHistory, roots: int) -> RestartSettings:
    """The settings that the first of its roots have told the launcher, or the default ones."""
    told = any(root.told for root in history.roots[:roots])
    return history.settings if told else RestartSettings()


def _slept(since: float, until: float, history: RootHistory) -> float:
    return sum(seconds for at, seconds in history.suspended if since < at <= until and at - seconds >= since)


def _of_the_end(history: RootHistory) -> Iterator[str]:
    last = history.roots[-1]
    if last.ended_at is None:
        yield "it ended before its root"
        return
    asked = any(at <= history.ended_at for at in history.signals)
    deaths = [root.ended_at for root in history.roots if root.ended_at is not None]
    code = last.code if last.code >= 0 else 128 - last.code
    gave_up = {GAVE_UP} if _too_many(deaths, _known(history, len(history.roots))) else set()
    if not asked and _decided(last):
        allowed = {last.code}
    elif not asked:
        allowed = gave_up
    else:
        allowed = {code, 128 + 2, 128 + 15, *gave_up}
    if history.code not in allowed:
        yield f"it ended with {history.code} after a root with {last.code}{', as it was asked to' * asked}"


def _decided(root: RootLife) -> bool:
    return root.goodbye or root.code in DECISIONS or (root.code >= 0 and not root.told)


def _too_many(deaths: list[float], settings: RestartSettings) -> bool:
    return sum(deaths[-1] - at < settings.period for at in deaths) > settings.intensity


def _pause(deaths: list[float], settings: RestartSettings) -> float:
    """Nothing after the first death of a streak, then the initial pause, then twice as much each time."""
    streak = 1
    while streak < len(deaths) and deaths[-streak] - deaths[-streak - 1] < settings.reset:
        streak += 1
    return min(settings.longest, settings.initial * 2 ** (streak - 2)) if streak > 1 else 0.0
