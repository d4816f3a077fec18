"""How much is asked of the service, and how long is waited after it failed."""

from actors.vocabulary.backoff import Backoff
from actors.vrchat.account.account import Account, Step
from actors.vrchat.state import Kept

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
PER_MINUTE, PER_HOUR, PER_DAY = 30, 120, 800
"""Requests at most; VRChat tells no numbers, and asks not to be polled."""
LOGINS_A_DAY = 3
LINKS_A_DAY = 48
LOGINS_KEPT = 16
PAUSES = Backoff(initial=5.0, max=900.0)
LIMITED = Backoff(initial=60.0, max=3600.0)
"""Where the service says that it was too much, and not for how long."""
LINK_PAUSES = Backoff(initial=5.0, max=1800.0)


def within(times: tuple[float, ...], now: float, seconds: float) -> tuple[float, ...]:
    """Those of the last `seconds` before `now`."""
    return tuple(at for at in times if 0.0 <= now - at < seconds)


def spend(kept: Kept, now: float, cost: int) -> tuple[float, ...]:
    """The requests of the last day, with `cost` more."""
    return (*within(kept.spent, now, DAY), *((now,) * cost))


def free_at(kept: Kept, now: float, cost: int) -> float:
    """When `cost` requests may be sent, in epoch seconds; `now` or earlier for at once."""
    free = [
        min(kept.paused_until, now + DAY)
    ]  # a clock that was put back does not silence the account for long
    for most, seconds in ((PER_MINUTE, MINUTE), (PER_HOUR, HOUR), (PER_DAY, DAY)):
        spent = within(kept.spent, now, seconds)
        if len(spent) + cost > most:
            free.append(spent[len(spent) + cost - most - 1] + seconds)
    return max(free)


def spread(pause: float, dice: float) -> float:
    """`pause`, a quarter shorter or longer: many that failed at once do not come back at once."""
    return pause * (0.75 + 0.5 * dice)


def pausing(a: Account, step: Step, why: str, *, limited: bool = False, asked: float = 0.0) -> Account:
    """Nothing is sent for a while that grows from failure to failure; at least for the seconds that were asked."""
    failures = a.failures + 1
    own = (LIMITED if limited else PAUSES).pause(failures)
    pause = max(spread(own, step.dice), min(asked, DAY))
    return a.with_(failures=failures).keeping(paused_until=step.now + pause, paused_why=why)
