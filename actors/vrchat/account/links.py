"""The websocket: opened only while the session is known to be good, with growing pauses, and so many times a day."""

import msgspec

from actors.vrchat.account.account import CHECK, Account, Job, Link, OpenLink, Step
from actors.vrchat.account.budget import DAY, LINK_PAUSES, LINKS_A_DAY, free_at, spread, within
from actors.vrchat.account.lists import all_again

STEADY = 300.0
"""Seconds after which a link that breaks was a good one."""


def job_of_link(a: Account, step: Step) -> Job | None:
    """Before a link is opened the session is checked."""
    return Job(CHECK) if not a.checked and _is_due(a, step) else None


def opening(a: Account, step: Step) -> Account:
    """Open the link if it is time."""
    if not (a.phase == "in" and a.checked and not a.suspect and a.sent is None and _is_due(a, step)):
        return a
    if free_at(a.kept, step.now, 0) > step.now:
        return a
    link = msgspec.structs.replace(a.link, state="opening", number=a.link.number + 1)
    links = (*within(a.kept.links, step.now, DAY), step.now)
    return a.with_(link=link).keeping(links=links).doing(OpenLink(link.number))


def opened(a: Account, step: Step, number: int) -> Account:
    """It is open: what was missed is read."""
    if number != a.link.number or a.phase != "in":
        return a
    return all_again(a.with_(link=msgspec.structs.replace(a.link, state="open", since=step.now)))


def closed(a: Account, step: Step, number: int) -> Account:
    """It has broken, or was refused."""
    if number != a.link.number or a.link.state == "closed":
        return a
    steady = a.link.state == "open" and step.now - a.link.since >= STEADY
    failures = 1 if steady else a.link.failures + 1
    next_at = step.now + spread(LINK_PAUSES.pause(failures), step.dice)
    return a.with_(link=Link("closed", number, failures, next_at), checked=False)


def due_at(a: Account, now: float) -> float:
    """When the link may be opened again."""
    links = within(a.kept.links, now, DAY)
    full = links[len(links) - LINKS_A_DAY] + DAY if len(links) >= LINKS_A_DAY else 0.0
    return max(a.link.next_at, full)


def _is_due(a: Account, step: Step) -> bool:
    return a.link.state == "closed" and due_at(a, step.now) <= step.now
