"""The avatar's actor under the virtual clock."""

import pytest

from actors.avatar.avatar import EMOTES, Avatar
from actors.avatar.messages import GestureRequested, Touched, WatchTouches
from actors.avatar.state import AvatarState
from actors.kernel.protocol import LoadState, SaveSnapshot
from actors.kernel.virtual import Probe, VirtualWorld
from actors.osc.messages import AvatarLoaded, ParametersChanged, SetParameter, TrackingChanged
from actors.vocabulary.values import Vector3
from tests.doubles.keeper import Shelf

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
