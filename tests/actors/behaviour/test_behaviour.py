"""Acts: who asks for them, when they may be done, and when they end."""

import pytest

from actors.avatar.messages import GestureRequested, GetParameter, ParameterIs, StopGesture, Touched
from actors.behaviour.acting import GRACE
from actors.behaviour.behaviour import SWITCH_AGAIN, SWITCH_WITHIN
from actors.behaviour.messages import (
    ActAnswer,
    ActIntended,
    Acts,
    ActsStopped,
    BodyIs,
    GetActs,
    MakeAct,
    SeatNear,
    SentenceBegun,
    StopActs,
    VisitBegan,
)
from actors.behaviour.plans import FULL_TURN, INPUTS
from actors.kernel.message import Message
from actors.osc.messages import ParametersChanged, SetInput, SetParameter, SubscribeParameters, ZeroInputs
from actors.speech.messages import Cancel
from actors.vocabulary.values import Interaction
from actors.world.messages import AnnounceSeat
from config.schema import Behaviour as Settings
from tests.actors.behaviour.stage import QUIET, Stage

DOWN = StopGesture(1)


def waves(turn: int) -> GestureRequested:
    return GestureRequested(turn, "wave")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def asked(stage: Stage, message: Message) -> Message:
    """What the actor answers to its owner."""
    owner = stage.world.probe("owner")
    stage.world.give("behaviour", message, sender="owner")
    (answer,) = owner.messages
    return answer


# -- intentions


def test_what_the_words_ask_for_is_done_at_once(stage: Stage) -> None:
    stage.turn(1, "Could you wave at me, please?")
    assert stage.body() == [waves(1)]


def test_two_things_in_one_sentence_are_both_done(stage: Stage) -> None:
    stage.turn(1, "Gerald, wave and jump!")
    assert stage.body() == [waves(1), SetInput("Jump", 1.0, 0.1)]


def test_words_that_only_speak_of_an_act_ask_for_none(stage: Stage) -> None:
    stage.turn(1, "I danced all night and waved to everybody.")
    assert stage.body() == []


def test_an_act_of_the_model_waits_for_its_sentence(stage: Stage) -> None:
    stage.turn(1, "What is new?")
    stage.give(ActIntended(1, "dance", 1, "mark"), SentenceBegun(1, 0, "Not much."))
    assert stage.body() == []
    stage.give(SentenceBegun(1, 1, "But watch this."))
    assert stage.body() == [GestureRequested(1, "dance")]


def test_an_act_that_comes_after_its_sentence_has_begun_is_done_at_once(stage: Stage) -> None:
    stage.turn(1, "What is new?")
    stage.give(SentenceBegun(1, 0, "Look."), ActIntended(1, "clap", 0, "tool"))
    assert stage.body() == [GestureRequested(1, "clap")]


def test_an_answer_that_is_only_a_gesture_is_made_at_its_end(stage: Stage) -> None:
    stage.turn(1, "What would you do now?")
    stage.give(ActIntended(1, "cheer", 0, "tool"))
    stage.end(1)
    assert stage.body() == [GestureRequested(1, "cheer")]


def test_an_intention_may_come_before_its_turn(stage: Stage) -> None:
    stage.give(ActIntended(7, "clap", 0, "tool"))
    stage.turn(7, "Well?")
    stage.give(SentenceBegun(7, 0, "Bravo."))
    assert stage.body() == [GestureRequested(7, "clap")]


@pytest.mark.parametrize("over", ["cancelled", "ended"])
def test_nothing_is_done_for_a_turn_that_is_over(stage: Stage, over: str) -> None:
    stage.turn(3, "What is new?")
    stage.give(Cancel(3)) if over == "cancelled" else stage.end(3)
    stage.give(ActIntended(3, "dance", 0, "mark"), SentenceBegun(3, 0, "Great!"))
    stage.turn(3, "wave")
    assert stage.body() == []


def test_a_cancelled_turn_takes_its_waiting_acts_with_it(stage: Stage) -> None:
    stage.turn(3, "What is new?")
    stage.give(ActIntended(3, "dance", 5, "mark"), Cancel(3))
    stage.turn(4, "Well?")
    stage.give(SentenceBegun(4, 9, "It rains."))
    stage.end(4)
    assert stage.body() == []


def test_one_turn_has_few_acts_of_the_model(stage: Stage) -> None:
    stage.turn(1, "Do something.")
    stage.give(SentenceBegun(1, 0, "Now."))
    stage.give(
        *(ActIntended(1, act, 0, "mark") for act in ("wave", "clap", "cheer", "dance", "point", "die"))
    )
    made = [one.name for one in stage.body() if isinstance(one, GestureRequested)]
    assert made == ["wave", "clap", "cheer", "dance"]


def test_a_hello_is_waved_to_and_a_goodbye_too(stage: Stage) -> None:
    stage.turn(1, "Hello Gerald!")
    stage.world.advance(5.0)
    stage.turn(2, "I have to go, see you tomorrow.")
    assert stage.body() == [waves(1), DOWN, waves(2)]


def test_the_face_follows_what_is_said(stage: Stage) -> None:
    stage.turn(1, "Tell me something.")
    stage.give(SentenceBegun(1, 0, "I love that, it is wonderful."))
    assert stage.body() == [SetParameter("VRCFaceBlendH", 0.0), SetParameter("VRCFaceBlendV", 1.0)]
    stage.world.advance(10.0)
    assert stage.body() == [SetParameter("VRCFaceBlendH", 0.0), SetParameter("VRCFaceBlendV", 0.0)]


def test_a_touch_is_answered_by_the_face(stage: Stage) -> None:
    stage.give(Touched("HeadPat", Interaction("touch", "", "HeadPat", 1.0)))
    assert SetParameter("VRCFaceBlendV", 1.0) in stage.body()


# -- what may be done


def test_what_is_not_allowed_is_not_done_whoever_asks() -> None:
    stage = Stage(allowed=("wave",))
    stage.turn(1, "dance")
    stage.give(ActIntended(1, "dance", 0, "tool"), SentenceBegun(1, 0, "Sure, I love it, wonderful!"))
    stage.give(Touched("HeadPat", Interaction("touch", "", "HeadPat", 1.0)))
    assert asked(stage, MakeAct("dance")) == ActAnswer("dance", False, "not in behaviour.allowed")
    assert stage.body() == []


@pytest.mark.parametrize(
    "act", ["/avatar/change", "VRCEmote", "glance_left;", "Voice", "", "walk", "x" * 5000]
)
def test_what_is_no_act_is_not_done(stage: Stage, act: str) -> None:
    stage.turn(1, "What is new?")
    stage.give(ActIntended(1, act, 0, "tool"), SentenceBegun(1, 0, "It rains."))
    assert stage.body() == []


def test_nothing_is_done_when_it_is_switched_off() -> None:
    stage = Stage(enabled=False)
    stage.turn(1, "wave")
    assert stage.body() == []


def test_there_is_a_limit_a_minute() -> None:
    stage = Stage(per_minute=3)
    for turn in range(1, 9):
        stage.turn(turn, "wave")
    assert stage.body().count(DOWN) <= 2
    assert asked(stage, MakeAct("wave")) == ActAnswer("wave", False, "3 acts within a minute")
    stage.world.advance(61.0)
    assert asked(stage, MakeAct("wave")) == ActAnswer("wave", True, "")


def test_who_sits_neither_jumps_nor_turns_but_stands_up(stage: Stage) -> None:
    stage.give(BodyIs(seated=True))
    stage.turn(1, "turn around and jump")
    assert stage.body() == []
    stage.turn(2, "stand up")
    assert stage.body() == [SetInput("Jump", 1.0, 0.1)]


def test_it_sits_down_where_a_seat_is_known_only(stage: Stage) -> None:
    assert asked(stage, MakeAct("sit")) == ActAnswer("sit", False, "no seat is known within reach")
    stage.give(SeatNear(True))
    stage.turn(1, "Sit down, please")
    assert stage.body() == [SetInput("UseRight", 1.0, 0.1)]
    stage.give(BodyIs(seated=True))
    assert asked(stage, MakeAct("sit")) == ActAnswer("sit", False, "it sits")
    stage.give(BodyIs(), VisitBegan(stage.world.clock.wall()))
    assert asked(stage, MakeAct("sit")) == ActAnswer("sit", False, "no seat is known within reach")


def test_it_asks_the_world_for_a_seat_when_it_begins() -> None:
    stage = Stage(number=2)
    assert stage.rest_of_world.messages == [AnnounceSeat()]


def test_it_says_why_it_cannot_look_at_somebody(stage: Stage) -> None:
    stage.turn(1, "Look at me")
    assert stage.body() == []
    answer = asked(stage, MakeAct("look"))
    assert answer == ActAnswer("look", False, "it does not know where anybody stands")


def test_own_expressions_are_shown_and_taken_back() -> None:
    stage = Stage(expressions={"thumbs_up": {"Hand": 3, "Glow": True}, "happy": {"Smile": 0.8}})
    stage.turn(1, "Give me a thumbs up!")
    assert stage.body() == [SetParameter("Hand", 3), SetParameter("Glow", True)]
    stage.world.advance(10.0)
    assert stage.body() == [SetParameter("Hand", 0), SetParameter("Glow", False)]
    stage.turn(2, "smile")
    assert stage.body() == [SetParameter("Smile", 0.8)]


def test_without_one_of_its_own_a_thumbs_up_is_a_cheer(stage: Stage) -> None:
    stage.turn(1, "Give me a thumbs up!")
    assert stage.body() == [GestureRequested(1, "cheer")]


# -- how acts end


def test_an_act_ends_by_itself(stage: Stage) -> None:
    stage.turn(1, "turn around")
    assert stage.body() == [SetInput("LookHorizontal", 1.0, FULL_TURN)]
    stage.world.advance(FULL_TURN)
    assert stage.body() == [SetInput("LookHorizontal", 0.0, 0.0)]
    assert not stage.actor.running


def test_no_act_lasts_longer_than_the_owner_wants() -> None:
    stage = Stage(longest=1.0)
    stage.turn(1, "dance")
    stage.world.advance(1.0)
    assert stage.body() == [GestureRequested(1, "dance"), DOWN]


def test_an_act_ends_at_once_with_its_cancelled_turn(stage: Stage) -> None:
    stage.turn(5, "dance")
    stage.body()
    stage.give(Cancel(5))
    assert stage.body() == [StopGesture(5)]
    assert not stage.actor.running


def test_an_act_ends_soon_after_its_turn(stage: Stage) -> None:
    stage.turn(1, "dance")
    stage.end(1)
    stage.world.advance(GRACE - 0.1)
    assert stage.actor.running
    stage.world.advance(0.2)
    assert stage.body() == [GestureRequested(1, "dance"), DOWN]


def test_a_new_act_takes_the_place_of_the_old_one_and_ends_in_its_own_time(stage: Stage) -> None:
    stage.turn(1, "dance")
    stage.world.advance(7.0)
    stage.turn(2, "wave")
    stage.body()
    stage.world.advance(2.9)
    assert stage.body() == []
    stage.world.advance(0.2)
    assert stage.body() == [StopGesture(2)]


def test_the_act_of_another_turn_is_not_cancelled(stage: Stage) -> None:
    stage.turn(6, "dance")
    stage.body()
    stage.give(Cancel(5))
    assert stage.body() == []


@pytest.mark.parametrize("how", ["words", "owner", "parameter"])
def test_stop_ends_everything_and_zeroes_the_inputs(stage: Stage, how: str) -> None:
    stage.turn(1, "dance")
    stage.turn(2, "turn around")
    stage.turn(3, "smile")
    stage.body()
    if how == "words":
        stage.turn(4, "Gerald, stop!")
    elif how == "owner":
        assert asked(stage, StopActs()) == ActsStopped(("dance", "turn_around", "happy"))
    else:
        stage.give(ParametersChanged({"GeraldStop": True}, ("GeraldStop",), {"GeraldStop": "expressions"}))
    ended = stage.body()
    assert ZeroInputs() in ended
    assert StopGesture(1) in ended
    assert SetInput("LookHorizontal", 0.0, 0.0) in ended
    assert not stage.actor.running


def test_nothing_is_done_while_the_stop_parameter_is_on(stage: Stage) -> None:
    assert stage.receiver.messages == [SubscribeParameters(("GeraldStop",), "behaviour")]
    stage.give(ParametersChanged({"GeraldStop": True}))
    stage.body()
    stage.turn(1, "wave")
    assert asked(stage, MakeAct("wave")) == ActAnswer(
        "wave", False, "the avatar's parameter GeraldStop is on"
    )
    assert stage.body() == []
    stage.give(ParametersChanged({"GeraldStop": False}))
    stage.turn(2, "wave")
    assert stage.body() == [waves(2)]


def test_a_stop_parameter_that_was_on_only_for_a_moment_stops_too(stage: Stage) -> None:
    stage.turn(1, "dance")
    stage.give(ParametersChanged({"GeraldStop": False}, ("GeraldStop",)))
    assert ZeroInputs() in stage.body()


def test_after_a_stop_the_reply_acts_no_more(stage: Stage) -> None:
    stage.turn(1, "stop")
    stage.body()
    stage.give(ActIntended(1, "dance", 0, "mark"), SentenceBegun(1, 0, "Great, I love that, wonderful!"))
    assert stage.body() == []


def test_a_successor_lets_go_of_what_may_be_held() -> None:
    found = Stage(number=2).body()
    assert {one.name for one in found if isinstance(one, SetInput) and not one.value} == set(INPUTS)
    assert StopGesture(0) in found
    assert SetParameter("VRCFaceBlendV", 0.0) in found


def told_of_the_switch(stage: Stage, value: bool | None) -> None:
    """The avatar answers what it was asked last."""
    asked = [e for e in stage.avatar.envelopes if isinstance(e.message, GetParameter)][-1]
    assert asked.message == GetParameter("GeraldStop")
    stage.world.tell("behaviour", ParameterIs("GeraldStop", value), sender="avatar", answers=asked.id)
    stage.world.run()
    stage.body()


@pytest.mark.parametrize("value", [True, False, None])
def test_a_successor_asks_whether_the_stop_parameter_is_on_and_does_nothing_before(
    value: bool | None,
) -> None:
    stage = Stage(number=2)
    stage.turn(1, "wave")
    assert waves(1) not in stage.avatar.messages
    told_of_the_switch(stage, value)
    stage.turn(2, "wave")
    assert stage.body() == ([] if value is True else [waves(2)])
    stage.give(ParametersChanged({"GeraldStop": False}))
    stage.turn(3, "dance")
    assert GestureRequested(3, "dance") in stage.body()


def test_a_successor_asks_again_until_it_is_told() -> None:
    stage = Stage(number=2)
    stage.body()
    stage.world.advance(SWITCH_WITHIN + SWITCH_AGAIN)
    assert stage.avatar.messages == [GetParameter("GeraldStop")]
    why = "it is not known yet whether the avatar's parameter GeraldStop is on"
    assert asked(stage, MakeAct("wave")) == ActAnswer("wave", False, why)
    told_of_the_switch(stage, False)
    assert asked(stage, MakeAct("wave")) == ActAnswer("wave", True)


def test_what_vrchat_says_of_the_stop_parameter_is_newer_than_what_the_avatar_remembers() -> None:
    stage = Stage(number=2)
    stage.give(ParametersChanged({"GeraldStop": True}))
    told_of_the_switch(stage, False)
    stage.turn(1, "wave")
    assert stage.body() == []


def test_the_first_incarnation_and_one_without_a_stop_parameter_ask_nothing() -> None:
    for stage in (Stage(), Stage(number=2, stop_parameter=None)):
        assert not stage.avatar.of(GetParameter)
        stage.body()
        stage.turn(1, "wave")
        assert stage.body() == [waves(1)]


def test_an_act_ends_when_the_actor_is_stopped(stage: Stage) -> None:
    stage.turn(1, "dance")
    stage.actor.on_stop()
    stage.world.run()
    assert stage.body() == [GestureRequested(1, "dance"), DOWN]


def test_a_change_of_what_is_allowed_ends_what_is_under_way(stage: Stage) -> None:
    stage.turn(1, "dance")
    stage.actor.commit({"behaviour": Settings(allowed=("wave",), idle=0.0, initiative=QUIET)})
    stage.turn(2, "dance")
    assert stage.body() == [GestureRequested(1, "dance"), DOWN]


# -- by itself


def test_while_nobody_talks_it_looks_around_and_the_same_again_in_a_replay() -> None:
    def an_hour() -> list[Message]:
        stage = Stage(Settings(idle=40.0, initiative=QUIET))
        stage.world.advance(3600.0)
        return stage.body()

    found = an_hour()
    looks = [one for one in found if isinstance(one, SetInput) and one.value]
    assert 60 <= len(looks) <= 240
    assert found == an_hour()
    assert all(one.name == "LookHorizontal" and one.seconds <= 0.3 for one in looks)


def test_it_keeps_still_while_somebody_talks_or_the_owner_moves_the_body() -> None:
    stage = Stage(Settings(idle=5.0, initiative=QUIET))
    stage.turn(1, "Tell me a long story.")
    stage.world.advance(60.0)
    assert stage.body() == []
    stage.end(1)
    stage.give(BodyIs(moving=True))
    stage.world.advance(60.0)
    assert stage.body() == []
    stage.give(BodyIs())
    stage.world.advance(60.0)
    assert stage.body() != []


def test_the_owner_sees_what_it_can_do_and_does(stage: Stage) -> None:
    stage.turn(1, "dance")
    acts = asked(stage, GetActs())
    assert isinstance(acts, Acts)
    assert acts.now == (("dance", "asked for"),)
    assert dict(acts.known)["wave"] == ""
    assert dict(acts.known)["stand"] == "it does not sit"
