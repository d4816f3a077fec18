"""The sense on a stage: no Gerald runs, and no time passes."""

from types import SimpleNamespace

from gerald_example.high_five import HighFive
from gerald_example.messages import HIGH_FIVE, GetHighFives, HighFives

from supervisor.plugins.api.rooms import MakeAct, ParametersChanged, SpeakFirst, SpokeFirst
from supervisor.plugins.api.testing import Stage

SETTINGS = SimpleNamespace(act="wave", words=("Up high!",), pause=5.0)
FIVE = ParametersChanged({"HighFive": True})


def test_a_high_five_is_answered_with_a_wave_and_a_word() -> None:
    stage = Stage(HighFive(SETTINGS), HIGH_FIVE)
    stage.give(FIVE)
    stage.answer(SpeakFirst, SpokeFirst(turn=1))
    stage.give(GetHighFives(), sender="owner")
    assert stage.sent(MakeAct) == [MakeAct("wave")]
    assert stage.sent(SpeakFirst) == [SpeakFirst(("Up high!",))]
    assert stage.sent(HighFives) == [HighFives(1, "Up high!")]


def test_what_follows_at_once_is_only_counted() -> None:
    stage = Stage(HighFive(SETTINGS), HIGH_FIVE)
    stage.give(FIVE)
    stage.give(FIVE)
    assert len(stage.sent(MakeAct)) == 1
    stage.advance(5.0)
    stage.give(FIVE)
    assert len(stage.sent(MakeAct)) == 2


def test_a_hand_that_is_taken_away_is_no_high_five() -> None:
    stage = Stage(HighFive(SETTINGS), HIGH_FIVE)
    stage.give(ParametersChanged({"HighFive": False}))
    assert not stage.sent(MakeAct)
