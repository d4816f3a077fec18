"""How the game answers a turn that is pressed is learned, and what was lost of its answers is filled in."""

import random

import pytest

from actors.avatar.response import SLACK, Response, heard, missed, pressed, presumed

GAIN, LAG, LOOK = 2.6, 0.4, 0.1
RAMP = (0.2, 0.4, 0.58, 0.8, 0.97, 1.0, 0.97, 0.8, 0.62, 0.41, 0.2)


def turn(
    response: Response, begins: float, *, lost: frozenset[int] = frozenset(), lag: float = LAG
) -> Response:
    """A turn is pressed from `begins` on and answered, but for the presses `lost`."""
    events = [(begins + LOOK * number, number, "press") for number in range(len(RAMP))]
    events += [
        (begins + LOOK * number + lag, number, "answer") for number in range(len(RAMP)) if number not in lost
    ]
    for at, number, what in sorted(events):
        response = (
            pressed(response, RAMP[number], at)
            if what == "press"
            else heard(response, GAIN * RAMP[number], at)
        )
    return response


@pytest.mark.parametrize("lag", [0.05, 0.4, 0.9])
def test_lag_and_gain_are_learned_from_one_turn(lag: float) -> None:
    learned = turn(Response(), 10.0, lag=lag)
    assert (learned.lag, learned.gain) == (pytest.approx(lag), pytest.approx(GAIN))


def test_they_are_learned_where_every_fourth_answer_gets_lost() -> None:
    for seed in range(20):
        lost = frozenset(random.Random(seed).sample(range(len(RAMP)), 3))
        learned = turn(Response(), 10.0, lost=lost)
        assert learned.gain == 0.0 or (learned.lag, learned.gain) == (pytest.approx(LAG), pytest.approx(GAIN))
        assert turn(learned, 20.0, lost=lost).gain == pytest.approx(GAIN), "another turn makes it sure"


def test_a_game_that_answers_at_random_is_not_believed() -> None:
    dice, response = random.Random(1), Response()
    for step in range(60):
        response = pressed(response, dice.uniform(0.1, 1.0), 10.0 + LOOK * step)
        response = heard(response, dice.uniform(0.3, 3.0), 10.05 + LOOK * step)
        assert response.gain == 0.0


def test_an_answer_that_does_not_come_is_presumed() -> None:
    known = turn(Response(), 10.0)
    asked = pressed(known, -0.5, 20.0)
    assert presumed(asked, 20.0 + LAG) is None, "it may yet come"
    found = presumed(asked, 20.1 + LAG)
    assert found is not None
    assert (found.value, found.late) == (pytest.approx(-0.5 * GAIN), pytest.approx(0.1))


def test_what_was_told_is_not_presumed() -> None:
    asked = pressed(turn(Response(), 10.0), -0.5, 20.0)
    told = heard(asked, -0.5 * GAIN, 20.0 + LAG + SLACK / 2)
    assert presumed(told, 20.2 + LAG) is None


def test_of_a_game_that_is_not_known_nothing_is_presumed() -> None:
    assert presumed(pressed(Response(), 1.0, 10.0), 11.0) is None


def test_the_end_of_a_turn_is_presumed_after_another_answer_was() -> None:
    known = turn(Response(), 10.0)
    asked = pressed(pressed(known, 0.3, 20.0), 0.0, 20.1)
    found = presumed(asked, 20.2 + LAG)
    assert found is not None
    assert found.value == 0.0


def test_what_was_lost_before_the_game_was_known_is_added_up() -> None:
    whole, holed = (turn(Response(), 10.0, lost=lost) for lost in (frozenset[int](), frozenset((2, 3))))
    now = 10.0 + LOOK * (len(RAMP) - 1) + LAG
    assert missed(whole, now) == pytest.approx(0.0)
    held = RAMP[1]
    lost = LOOK * ((RAMP[2] - held) + (RAMP[3] - held))
    assert missed(holed, now) == pytest.approx(lost * GAIN)


def test_a_game_that_answers_otherwise_from_now_on_is_learned_anew() -> None:
    response = turn(Response(), 10.0)
    for begins in (20.0, 30.0, 40.0):
        response = turn(response, begins, lag=0.15)
    assert response.lag == pytest.approx(0.15)
