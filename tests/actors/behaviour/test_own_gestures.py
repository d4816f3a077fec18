"""Gestures of the avatar's own, which the owner has named in osc.parameters, are acts like others."""

import pytest

from actors.avatar.messages import TellBody
from actors.behaviour.messages import (
    ActAnswer,
    ActIntended,
    Acts,
    BodyIs,
    GetActs,
    MakeAct,
    SentenceBegun,
    TellOwnActs,
)
from actors.behaviour.own_gestures import own_acts
from actors.llm.messages import OwnActs
from actors.osc.messages import SetParameter
from actors.vocabulary.requests import named_act
from tests.actors.behaviour.stage import Stage
from tests.actors.behaviour.test_behaviour import asked

PEACE, POSE = "Contacts/Peace_Sign", "HandPose"
OWN = BodyIs(gestures=(PEACE, POSE))


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.give(OWN)
    return made


def test_they_are_called_by_their_names_in_words() -> None:
    names = (PEACE, POSE, "Wave", "123", "GESTURE", "X" * 80)
    assert own_acts(names) == {"peace_sign": PEACE, "hand_pose": POSE, "gesture": "GESTURE"}


@pytest.mark.parametrize(
    "text",
    [
        "Do the peace sign gesture!",
        "Gerald, do the peace sign",
        "Could you please make a peace sign for us?",
        "Show me your peace gesture",
        "show us the peace sign, please",
    ],
)
def test_they_are_done_when_somebody_asks_for_them(stage: Stage, text: str) -> None:
    stage.turn(1, text)
    assert stage.body() == [SetParameter(PEACE, True)]
    stage.world.advance(10.0)
    assert stage.body() == [SetParameter(PEACE, False)]


@pytest.mark.parametrize(
    "text", ["We need peace", "Do the dishes", "I do the peace sign all day", "do the gesture"]
)
def test_what_does_not_name_one_is_none(stage: Stage, text: str) -> None:
    stage.turn(1, text)
    assert stage.body() == []


def test_the_model_hears_of_them_and_may_choose_them(stage: Stage) -> None:
    llm = stage.world.probe("llm")
    stage.give(TellOwnActs(), BodyIs(gestures=(POSE,)), BodyIs(gestures=(POSE,), muted=True))
    assert llm.messages == [OwnActs(("peace_sign", "hand_pose")), OwnActs(("hand_pose",))]
    stage.turn(1, "Hm.")
    stage.give(ActIntended(1, "hand_pose", 0, "tool"), SentenceBegun(1, 0, "There."))
    assert stage.body() == [SetParameter(POSE, True)]


def test_the_owner_may_order_them_while_the_avatar_has_them(stage: Stage) -> None:
    assert asked(stage, MakeAct("hand-pose")) == ActAnswer("hand-pose", True)
    listed = asked(stage, GetActs())
    assert isinstance(listed, Acts)
    assert dict(listed.known)["peace_sign"] == ""
    stage.give(BodyIs())
    assert asked(stage, MakeAct("hand-pose")) == ActAnswer("hand-pose", False, "there is no such act")


def test_what_the_owner_has_described_comes_before() -> None:
    stage = Stage(expressions={"hand_pose": {"HandPose": 7}})
    stage.give(OWN)
    stage.turn(1, "Do the hand pose")
    assert stage.body() == [SetParameter("HandPose", 7)]


def test_a_successor_asks_how_the_body_is() -> None:
    stage = Stage(number=2)
    assert TellBody() in stage.avatar.messages


def test_a_name_that_is_nothing_but_a_kind_stays_whole() -> None:
    assert named_act("do the sign", ("sign",)) == "sign"
    assert named_act("do the sign", ()) == ""
