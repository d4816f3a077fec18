"""How often an invitation counts: once, within its time, and after a few wrong secrets no more. Pure."""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

from supervisor.hosts.enrolment.messages import Denial

LASTS = 600.0
"""Seconds."""
TRIES = 5


class Phase(StrEnum):
    """OPEN: it counts. HELD: one host is being let in. SPENT, GUESSED, EXPIRED: it counts no more."""

    OPEN = "open"
    HELD = "held"
    SPENT = "spent"
    GUESSED = "guessed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Ticket:
    """until: by the clock of whoever asks. wrong: how many wrong secrets were shown."""

    until: float
    phase: Phase = Phase.OPEN
    wrong: int = 0

    @property
    def is_over(self) -> bool:
        return self.phase not in (Phase.OPEN, Phase.HELD)

    @property
    def tries_left(self) -> int:
        return max(0, TRIES - self.wrong)


def at(ticket: Ticket, now: float) -> Ticket:
    """The ticket as it is at this time: who is being let in when it ends still is."""
    ended = ticket.phase is Phase.OPEN and now >= ticket.until
    return dataclasses.replace(ticket, phase=Phase.EXPIRED) if ended else ticket


def shown(ticket: Ticket, now: float, *, right: bool) -> tuple[Ticket, Denial | None]:
    """Somebody shows a secret. None: it counts, and the ticket is held for whoever showed it."""
    ticket = at(ticket, now)
    match ticket.phase:
        case Phase.EXPIRED:
            return ticket, Denial.EXPIRED
        case Phase.GUESSED:
            return ticket, Denial.GUESSED
        case Phase.SPENT | Phase.HELD:
            return ticket, Denial.USED
    if right:
        return dataclasses.replace(ticket, phase=Phase.HELD), None
    wrong = ticket.wrong + 1
    phase = Phase.GUESSED if wrong >= TRIES else Phase.OPEN
    return dataclasses.replace(ticket, wrong=wrong, phase=phase), Denial.WRONG_SECRET


def given_back(ticket: Ticket, now: float) -> Ticket:
    """Whoever held it was not let in, and may try again, such as after an update."""
    return at(dataclasses.replace(ticket, phase=Phase.OPEN), now) if ticket.phase is Phase.HELD else ticket


def spent(ticket: Ticket) -> Ticket:
    return dataclasses.replace(ticket, phase=Phase.SPENT)
