"""How the body moved, from the velocities that the game tells."""

import math

import pytest

from actors.vision.depth.travel import HOLDS, LATE, Heard, told, travelled, unit_of

FORWARD = Heard(10.0, (0.0, 0.0, 2.0))


def test_a_steady_walk_is_its_speed_times_its_time() -> None:
    travel = travelled((FORWARD,), 11.0, 11.5)
    assert travel is not None
    assert (travel.right, travel.down, travel.forward, travel.turned) == (0.0, 0.0, 1.0, 0.0)
    assert travel.unsteady == 0.0


def test_upward_is_against_downward() -> None:
    travel = travelled((Heard(0.0, (1.0, 2.0, 0.0)),), 1.0, 2.0)
    assert travel is not None
    assert (travel.right, travel.down) == (1.0, -2.0)


def test_who_turns_while_walking_ends_aside_of_where_they_looked() -> None:
    quarter = math.pi / 2.0  # radians a second, clockwise
    steps = tuple(Heard(n / 100.0, (0.0, 0.0, 1.0), quarter) for n in range(101))
    travel = travelled(steps, 0.0, 1.0)
    assert travel is not None
    assert travel.turned == pytest.approx(90.0)
    # a quarter of a circle of 1 m a second
    assert (travel.right, travel.forward) == (
        pytest.approx(2 / math.pi, abs=1e-3),
        pytest.approx(2 / math.pi, abs=1e-3),
    )


def test_each_velocity_counts_for_as_long_as_it_was_so() -> None:
    travel = travelled((FORWARD, Heard(11.25, (4.0, 0.0, 0.0))), 11.0, 11.5)
    assert travel is not None
    assert (travel.right, travel.forward) == (1.0, 0.5)


def test_what_changed_on_the_way_makes_it_unsteady() -> None:
    travel = travelled((FORWARD, Heard(11.25)), 11.0, 11.5)
    assert travel is not None
    assert travel.unsteady == pytest.approx(2.0 * LATE / 0.5)
    later = travelled((FORWARD, Heard(11.0 + 0.5 + LATE / 2)), 11.0, 11.5)
    assert later is not None
    assert later.unsteady > 0.0, "it may have been told late"


@pytest.mark.parametrize("heard", [(), (Heard(11.2),), (Heard(11.5 - HOLDS - 1.0),)])
def test_what_the_game_did_not_tell_is_not_known(heard: tuple[Heard, ...]) -> None:
    assert travelled(heard, 11.0, 11.5) is None


def test_no_time_is_no_way() -> None:
    assert travelled((FORWARD,), 11.0, 11.0) is None


def test_what_the_game_tells_goes_on_until_it_tells_otherwise() -> None:
    heard = told((), {"VelocityZ": 2.0, "Grounded": True}, 1.0)
    heard = told(heard, {"VelocityX": 1.0}, 1.5)
    heard = told(heard, {"AngularY": 0.5, "VelocityZ": 0.0}, 2.0)
    assert heard == (
        Heard(1.0, (0.0, 0.0, 2.0)),
        Heard(1.5, (1.0, 0.0, 2.0)),
        Heard(2.0, (1.0, 0.0, 0.0), 0.5),
    )


def test_what_tells_no_velocity_changes_nothing() -> None:
    assert told((FORWARD,), {"Grounded": True}, 11.0) == (FORWARD,)
    assert told((FORWARD,), {"VelocityX": math.nan}, 11.0) == (FORWARD,)


def test_what_is_long_past_is_forgotten_but_for_what_still_holds() -> None:
    heard: tuple[Heard, ...] = ()
    for n in range(2000):
        heard = told(heard, {"VelocityX": float(n % 7)}, n / 100.0)
    assert len(heard) < 300
    assert heard[0].at < 18.0
    assert told((FORWARD,), {"VelocityZ": 1.0}, 100.0)[-1].at == 100.0


def test_a_value_that_nobody_turns_by_in_radians_shows_that_it_counts_degrees() -> None:
    assert unit_of((Heard(0.0, angular=3.0),)) == pytest.approx(math.degrees(1.0))
    assert unit_of((Heard(0.0, angular=90.0), Heard(1.0))) == 1.0
