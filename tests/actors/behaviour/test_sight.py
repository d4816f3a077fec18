"""Who comes into sight."""

import pytest

from actors.behaviour.messages import PersonInView
from actors.osc.messages import SetInput
from actors.vocabulary.values import UNKNOWN
from config.schema import Behaviour as Settings
from tests.actors.behaviour.stage import ANNA, QUIET, Stage


@pytest.mark.parametrize(("bearing", "glance"), [(25.0, 0.3), (-25.0, -0.3), (3.0, None)])
def test_who_comes_into_sight_at_the_side_is_glanced_at(bearing: float, glance: float | None) -> None:
    stage = Stage(Settings(idle=1000.0, initiative=QUIET))
    stage.give(PersonInView(ANNA, bearing, stage.world.clock.wall()))
    begun = stage.body()[:1]
    assert begun == ([SetInput("LookHorizontal", glance, 0.25)] if glance else [])


def test_a_glance_that_moves_the_picture_leads_to_no_further_one() -> None:
    stage = Stage(Settings(idle=1000.0, initiative=QUIET))
    for _ in range(10):
        stage.give(PersonInView(UNKNOWN, 25.0, stage.world.clock.wall()))
        stage.world.advance(1.0)
    assert [one.value for one in stage.body() if isinstance(one, SetInput)] == [0.3, -0.3, 0.0]


def test_who_comes_into_sight_while_it_talks_or_when_idling_is_off_is_not_glanced_at() -> None:
    stage = Stage(Settings(idle=1000.0, initiative=QUIET))
    stage.turn(1, "What is new?")
    stage.give(PersonInView(ANNA, 25.0, stage.world.clock.wall()))
    still = Stage(Settings(idle=0.0, initiative=QUIET))
    still.give(PersonInView(ANNA, 25.0, still.world.clock.wall()))
    assert stage.body() == still.body() == []
