"""The avatar's actor under the virtual clock."""

import pytest
from pythonosc.osc_message_builder import build_msg

from actors.avatar.avatar import EMOTES, Avatar
from actors.avatar.messages import (
    GestureRequested,
    GetParameter,
    ParameterIs,
    StopGesture,
    TellBody,
    Touched,
    WatchTouches,
)
from actors.avatar.state import AvatarState
from actors.behaviour.messages import BodyIs
from actors.kernel.protocol.storage import LoadState, SaveSnapshot
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.messages import AvatarLoaded, ParametersChanged, SetParameter, TrackingChanged
from actors.osc.parameters import Meanings
from actors.vocabulary.values import Vector3
from actors.world.messages import BodyAt
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe, VirtualWorld

WAVE, NONE = SetParameter("VRCEmote", 1), SetParameter("VRCEmote", 0)


class Stage:
    """An avatar, and what it says to persistence and to the OSC sender."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.world = VirtualWorld()
        self.persistence = self.world.probe("persistence")
        self.sender = self.world.probe("osc.sender")
        self.avatar = Avatar()
        self.world.start(self.avatar, "avatar")
        self.world.run()
        asked = next(e for e in self.persistence.envelopes if e.message == LoadState("avatar"))
        self.world.tell("avatar", (shelf or Shelf()).loaded("avatar"), sender="persistence", answers=asked.id)
        self.world.run()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def pat(on: bool) -> ParametersChanged:
    return ParametersChanged({"HeadPat": on}, ("HeadPat",) if on else (), {"HeadPat": "touch"})


@pytest.mark.parametrize(("name", "number"), EMOTES.items())
def test_a_gesture_is_made_and_ended(stage: Stage, name: str, number: int) -> None:
    stage.world.give("avatar", GestureRequested(1, name))
    assert stage.sender.messages == [SetParameter("VRCEmote", number)]
    assert stage.avatar.state.emote == number
    stage.world.advance(10.0)
    assert stage.sender.messages == [SetParameter("VRCEmote", number), NONE]
    assert stage.avatar.state.emote == 0


def test_a_new_gesture_takes_the_place_of_the_old_one(stage: Stage) -> None:
    stage.world.give("avatar", GestureRequested(1, "dance"))
    stage.world.advance(1.0)
    stage.world.give("avatar", GestureRequested(2, "Wave"))
    stage.world.advance(60.0)
    assert stage.sender.messages == [SetParameter("VRCEmote", 5), WAVE, NONE]


def test_the_same_gesture_again_begins_again(stage: Stage) -> None:
    stage.world.give("avatar", GestureRequested(1, "wave"))
    stage.world.give("avatar", GestureRequested(2, "wave"))
    assert stage.sender.messages == [WAVE, NONE, WAVE]


def test_a_gesture_that_does_not_exist_is_not_made(stage: Stage) -> None:
    stage.world.give("avatar", GestureRequested(1, "/avatar/change"))
    assert stage.sender.messages == []


def test_a_gesture_that_a_crash_left_behind_is_ended_at_the_start() -> None:
    stage = Stage(Shelf.holding(AvatarState(emote=5)))
    assert stage.sender.messages == [NONE]


def test_watchers_hear_of_each_touch_once(stage: Stage) -> None:
    watcher: Probe = stage.world.probe("watcher")
    stage.world.give("avatar", WatchTouches("watcher"))
    for on in (True, True, False, True):
        stage.world.give("avatar", pat(on))
    assert [touched.sensor for touched in watcher.of(Touched)] == ["HeadPat", "HeadPat"]
    stage.world.give("avatar", WatchTouches("watcher", on=False))
    stage.world.give("avatar", pat(False))
    stage.world.give("avatar", pat(True))
    assert len(watcher.messages) == 2


def test_position_and_rotation_follow_the_head(stage: Stage) -> None:
    stage.world.give("avatar", TrackingChanged((1.0, 1.7, -2.0), (0.0, 180.0, 0.0)))
    assert stage.avatar.state.position == Vector3(1.0, 1.7, -2.0)
    assert stage.avatar.state.rotation.y == pytest.approx(1.0)


def test_many_updates_are_saved_as_one(stage: Stage) -> None:
    for number in range(100):
        stage.world.give("avatar", ParametersChanged({"Voice": number / 100}, (), {"Voice": "voice"}))
    assert stage.persistence.of(SaveSnapshot) == []
    stage.world.advance(1.0)
    assert len(stage.persistence.of(SaveSnapshot)) == 1
    assert Shelf(stage.persistence.messages).document(stage.avatar).state.expressions == {"Voice": 0.99}


def test_the_whole_state_survives_a_stop_and_a_start(stage: Stage) -> None:
    stage.world.give("avatar", AvatarLoaded("avtr_a"))
    stage.world.give("avatar", pat(True))
    stage.world.give("avatar", TrackingChanged((1.0, 1.7, -2.0), (10.0, 20.0, 30.0)))
    stage.world.advance(1.0)
    assert Stage(Shelf(stage.persistence.messages)).avatar.state == stage.avatar.state


# -- whom the avatar tells


def test_the_conversation_hears_of_each_touch_without_having_asked(stage: Stage) -> None:
    conversation: Probe = stage.world.probe("conversation")
    stage.world.give("avatar", WatchTouches("conversation"))
    stage.world.give("avatar", pat(True))
    (touched,) = conversation.of(Touched)
    assert (touched.interaction.kind, touched.interaction.detail) == ("touch", "HeadPat")


def test_the_world_hears_where_the_body_is_whenever_it_has_gone_a_step(stage: Stage) -> None:
    there: Probe = stage.world.probe("world")
    for x in (0.5, 0.6, 0.7, 1.2, 1.3, 2.5):
        stage.world.give("avatar", TrackingChanged((x, 1.6, 0.5), (0.0, 90.0, 0.0)))
    assert [told.position.x for told in there.of(BodyAt)] == [0.5, 1.2, 2.5]
    assert not any(told.seated for told in there.of(BodyAt))


def test_the_world_hears_when_the_body_sits_down_where_it_is(stage: Stage) -> None:
    there: Probe = stage.world.probe("world")
    sits = ParametersChanged({"InStation": True}, (), {"InStation": "movement"})
    stage.world.give("avatar", sits)
    assert there.of(BodyAt) == []  # nobody knows where
    stage.world.give("avatar", TrackingChanged((0.5, 1.0, 0.5), (0.0, 0.0, 0.0)))
    stage.world.give("avatar", ParametersChanged({"InStation": False}, (), {"InStation": "movement"}))
    assert [told.seated for told in there.of(BodyAt)] == [True, False]


# -- from datagrams to what is felt


def heard(stage: Stage, *datagrams: tuple[str, object]) -> None:
    """The datagrams that come between two announcements of the receiver."""
    intake = DatagramQueue(Meanings(("gestures", "touch", "expressions", "proximity", "movement")))
    for address, value in datagrams:
        intake.take(build_msg(address, value if isinstance(value, list) else [value]).dgram, "127.0.0.1")
    for message in intake.flush():
        stage.world.give("avatar", message)


def test_a_contact_of_one_frame_is_felt_through_from_the_datagram_to_the_conversation(stage: Stage) -> None:
    conversation: Probe = stage.world.probe("conversation")
    heard(stage, ("/avatar/parameters/HeadPat", True), ("/avatar/parameters/HeadPat", False))
    assert [touched.sensor for touched in conversation.of(Touched)] == ["HeadPat"]
    assert stage.avatar.state.touch_sensors == {"HeadPat": False}
    assert stage.avatar.state.last_interaction.detail == "HeadPat"


def test_a_thousand_floats_between_two_announcements_are_one_change_to_the_newest(stage: Stage) -> None:
    before = stage.avatar.version.n
    heard(stage, *(("/avatar/parameters/JawOpen", n / 1000) for n in range(1000)))
    assert stage.avatar.version.n == before + 1
    assert stage.avatar.state.expressions["JawOpen"] == pytest.approx(0.999)


def test_poses_are_coalesced_to_the_newest(stage: Stage) -> None:
    heard(stage, *(("/tracking/vrsystem/head/pose", [float(n), 1.5, 0.0, 0.0, 0.0, 0.0]) for n in range(50)))
    assert stage.avatar.state.position == Vector3(49.0, 1.5, 0.0)


def test_a_gesture_is_ended_before_its_time_and_only_once(stage: Stage) -> None:
    stage.world.give("avatar", GestureRequested(1, "dance"))
    stage.world.give("avatar", StopGesture(1))
    stage.world.give("avatar", StopGesture(1))
    stage.world.advance(60.0)
    assert stage.sender.messages == [SetParameter("VRCEmote", 5), NONE]


def test_the_behaviour_hears_how_the_body_is_when_that_changes() -> None:
    stage = Stage()
    behaviour = stage.world.probe("behaviour")
    told = ParametersChanged({"Seated": True, "VelocityMagnitude": 2.0}, (), {"Seated": "movement"})
    stage.world.give("avatar", told)
    stage.world.give("avatar", told)
    stage.world.give("avatar", pat(True))
    assert behaviour.of(BodyIs) == [BodyIs(seated=True, moving=True)]
    assert len(behaviour.of(Touched)) == 1


@pytest.mark.parametrize(
    ("name", "event", "value"),
    [
        ("GeraldStop", "expressions", True),
        ("HeadPat", "touch", True),
        ("Near", "proximity", 0.5),
        ("GestureLeft", "gestures", 2),
        ("MuteSelf", "voice", True),
    ],
)
def test_it_tells_the_newest_value_of_any_parameter(
    stage: Stage, name: str, event: str, value: bool | float
) -> None:
    asker = stage.world.probe("asker")
    for told in (value, type(value)(0)):
        stage.world.give("avatar", ParametersChanged({name: told}, (), {name: event}))
        stage.world.give("avatar", GetParameter(name), sender="asker")
        stage.world.give("avatar", GetParameter("Never"), sender="asker")
        assert asker.messages == [ParameterIs(name, told), ParameterIs("Never", None)]
        asker.clear()


def test_the_behaviour_hears_which_gestures_the_avatar_has_of_its_own(stage: Stage) -> None:
    behaviour = stage.world.probe("behaviour")
    events = {"Peace": "gestures", "GestureLeft": "gestures"}
    stage.world.give("avatar", AvatarLoaded("avtr_a"))
    stage.world.give("avatar", ParametersChanged({"Peace": 0, "GestureLeft": 1}, (), events))
    assert behaviour.of(BodyIs)[-1].gestures == ("Peace",)
    stage.world.give("avatar", TellBody(), sender="behaviour")
    assert behaviour.of(BodyIs)[-1].gestures == ("Peace",)
    stage.world.advance(60.0)
    stage.world.give("avatar", AvatarLoaded("avtr_b"))
    assert behaviour.of(BodyIs)[-1] == BodyIs()
    assert stage.avatar.state.gestures == {"GestureLeft": 1.0}
