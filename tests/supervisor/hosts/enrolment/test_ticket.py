"""An invitation counts once, within its time, and after a few wrong secrets no more."""

from supervisor.hosts.enrolment.messages import Denial
from supervisor.hosts.enrolment.ticket import TRIES, Phase, Ticket, at, given_back, shown, spent

OPEN = Ticket(until=10.0)


def test_it_counts_once() -> None:
    held, denial = shown(OPEN, 1.0, right=True)
    assert (held.phase, denial) == (Phase.HELD, None)
    assert shown(held, 2.0, right=True)[1] is Denial.USED
    over = spent(held)
    assert over.is_over
    assert shown(over, 3.0, right=True) == (over, Denial.USED)
    assert given_back(over, 3.0) == over


def test_it_counts_again_for_who_was_not_let_in() -> None:
    held, _ = shown(OPEN, 1.0, right=True)
    assert given_back(held, 2.0) == OPEN
    assert given_back(held, 11.0).phase is Phase.EXPIRED


def test_it_ends_and_who_is_being_let_in_then_still_is() -> None:
    assert at(OPEN, 9.9) == OPEN
    assert at(OPEN, 10.0).phase is Phase.EXPIRED
    assert shown(OPEN, 10.0, right=True)[1] is Denial.EXPIRED
    held, _ = shown(OPEN, 9.9, right=True)
    assert at(held, 100.0) == held


def test_a_few_wrong_secrets_end_it_even_for_the_right_one() -> None:
    ticket = OPEN
    for wrong in range(1, TRIES + 1):
        ticket, denial = shown(ticket, 1.0, right=False)
        assert denial is Denial.WRONG_SECRET
        assert ticket.tries_left == TRIES - wrong
    assert ticket.phase is Phase.GUESSED
    assert shown(ticket, 1.0, right=True) == (ticket, Denial.GUESSED)


def test_wrong_secrets_are_not_forgotten_while_it_is_held() -> None:
    ticket, _ = shown(OPEN, 1.0, right=False)
    ticket, _ = shown(ticket, 1.0, right=True)
    assert given_back(ticket, 1.0).tries_left == TRIES - 1
