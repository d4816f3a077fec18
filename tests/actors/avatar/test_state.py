"""What VRChat's parameters mean for the avatar, as pure transitions."""

import math
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.avatar import state as avatar
from actors.avatar.state import (
    AvatarState,
    apply_avatar,
    apply_parameters,
    apply_tracking,
    crossed_step,
    faults,
    from_euler,
    parameters,
    touches,
)
from actors.osc.messages import ParametersChanged
from actors.osc.parameters import BUILT_IN, event_of
from actors.vocabulary.values import Interaction, Quaternion, Vector3

OWN_NAMES = ("HeadPat", "Hair_IsGrabbed", "Hair_Angle", "NoseBoop", "NearHand", "Hat", "Tail_Stretch")
NAMES = st.sampled_from((*BUILT_IN, *OWN_NAMES))
VALUES = st.booleans() | st.integers(0, 255) | st.floats(-1.0, 1.0)


def changed(values: Mapping[str, bool | int | float], *touched: str) -> ParametersChanged:
    return ParametersChanged(values, touched, {name: event_of(name) for name in values})


def after(*messages: ParametersChanged) -> AvatarState:
    state = AvatarState()
    for at, message in enumerate(messages):
        state = apply_parameters(state, message, float(at))
    return state


def test_gestures_keep_the_games_own_names() -> None:
    state = after(changed({"GestureLeft": 3, "GestureLeftWeight": 0.5}), changed({"GestureLeft": 0}))
    assert state.gestures == {"GestureLeft": 0.0, "GestureLeftWeight": 0.5}


def test_voice_and_an_avatars_own_parameters_are_expressions() -> None:
    state = after(changed({"Viseme": 12, "Voice": 0.25, "Hat": True, "VRCFaceBlendH": -1.0}))
    assert state.expressions == {"Viseme": 12.0, "Voice": 0.25, "Hat": 1.0, "VRCFaceBlendH": -1.0}


def test_a_contacts_truth_is_a_sensor_and_its_number_a_proximity() -> None:
    state = after(changed({"HeadPat": True, "NoseBoop": 0.75, "Hair_IsGrabbed": False, "Hair_Angle": 0.5}))
    assert state.touch_sensors == {"HeadPat": True, "Hair_IsGrabbed": False}
    assert state.proximity_data == {"NoseBoop": 0.75, "Hair_Angle": 0.5}


def test_movement_follows_velocity_and_posture() -> None:
    moves = {"VelocityX": 1.0, "VelocityZ": -2.0, "VelocityMagnitude": 2.25, "Upright": 0.5, "AngularY": 3.0}
    movement = after(changed({**moves, "Grounded": False, "Seated": True, "AFK": True})).movement_state
    assert movement.velocity == Vector3(1.0, 0.0, -2.0)
    assert (movement.speed, movement.upright, movement.angular_y) == (2.25, 0.5, 3.0)
    assert (movement.grounded, movement.seated, movement.afk) == (False, True, True)


def test_a_touch_of_one_frame_is_felt_although_it_is_over() -> None:
    message = changed({"NoseBoop": False}, "NoseBoop")
    assert touches(AvatarState(), message) == ("NoseBoop",)
    state = apply_parameters(AvatarState(), message, 7.0)
    assert state.touch_sensors == {"NoseBoop": False}
    assert state.last_interaction == Interaction("touch", "", "NoseBoop", 7.0)


def test_a_touch_that_lasts_begins_once() -> None:
    on = changed({"HeadPat": True, "NoseBoop": 0.5}, "HeadPat")
    assert touches(AvatarState(), on) == ("HeadPat", "NoseBoop")
    assert touches(apply_parameters(AvatarState(), on, 1.0), on) == ()


def test_swinging_hair_is_not_a_touch() -> None:
    assert (
        touches(AvatarState(), changed({"Hair_Angle": 0.5, "Hair_Stretch": 0.1, "Hair_IsPosed": True})) == ()
    )
    assert touches(AvatarState(), changed({"Hair_IsGrabbed": True})) == ("Hair_IsGrabbed",)


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=8), max_size=6))
def test_every_field_holds_the_last_value_it_was_given(batches: list[dict[str, bool | int | float]]) -> None:
    state = after(*map(changed, batches))
    for held in (state.gestures, state.expressions, state.touch_sensors, state.proximity_data):
        for name, value in held.items():
            kinds = (bool,) if held is state.touch_sensors else (bool, int, float)
            if held is state.proximity_data:
                kinds = (int, float)
            given_values = [
                batch[name]
                for batch in batches
                if name in batch
                and (held is state.expressions or held is state.gestures or type(batch[name]) in kinds)
            ]
            assert value == given_values[-1]


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_the_same_again_changes_nothing(values: dict[str, bool | int | float]) -> None:
    state = apply_parameters(AvatarState(), changed(values), 1.0)
    assert apply_parameters(state, changed(values), 1.0) == state


def test_another_avatar_forgets_the_old_ones_parameters_but_not_its_own() -> None:
    state = apply_parameters(
        AvatarState(avatar_id="avtr_a"), changed({"HeadPat": True, "Hat": True, "GestureLeft": 1}), 10.0
    )
    state = apply_parameters(state, changed({"TailTouch": False, "Cape": True}), 99.0)
    state = apply_avatar(state, "avtr_b", 100.0)
    assert state.avatar_id == "avtr_b"
    assert state.touch_sensors == {"TailTouch": False}
    assert state.expressions == {"Cape": 1.0}
    assert state.gestures == {"GestureLeft": 1.0}


def test_the_same_avatar_again_changes_nothing() -> None:
    state = apply_parameters(AvatarState(avatar_id="avtr_a"), changed({"HeadPat": True}), 10.0)
    assert apply_avatar(state, "avtr_a", 100.0) is state


def test_no_more_parameters_are_kept_than_an_avatar_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(avatar, "PARAMETERS", 3)
    state = after(changed({f"Own{number}": number for number in range(10)}), changed({"Own0": 7}))
    assert state.expressions == {"Own0": 7.0, "Own1": 1.0, "Own2": 2.0}


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        ((0.0, 0.0, 0.0), Quaternion(0.0, 0.0, 0.0, 1.0)),
        ((90.0, 0.0, 0.0), Quaternion(math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5))),
        ((0.0, 180.0, 0.0), Quaternion(0.0, 1.0, 0.0, 0.0)),
        ((90.0, 90.0, 0.0), Quaternion(0.5, 0.5, -0.5, 0.5)),
    ],
)
def test_euler_degrees_are_unitys(degrees: tuple[float, float, float], expected: Quaternion) -> None:
    found = from_euler(*degrees)
    assert (found.x, found.y, found.z, found.w) == pytest.approx(
        (expected.x, expected.y, expected.z, expected.w), abs=1e-9
    )


@given(st.tuples(*[st.floats(-720.0, 720.0)] * 3))
def test_a_rotation_is_a_unit_quaternion(degrees: tuple[float, float, float]) -> None:
    q = from_euler(*degrees)
    assert math.hypot(q.x, q.y, q.z, q.w) == pytest.approx(1.0)


AXES = st.floats(-1e6, 1e6)
STEPS = st.lists(
    st.one_of(
        st.dictionaries(NAMES, VALUES, max_size=6).map(
            lambda values: (apply_parameters, changed(values, *values), 5.0)
        ),
        st.tuples(st.just(apply_tracking), st.tuples(AXES, AXES, AXES), st.tuples(AXES, AXES, AXES)),
        st.tuples(st.just(apply_avatar), st.sampled_from(("avtr_1", "avtr_2")), st.floats(0, 4e9)),
    )
)


@given(STEPS)
def test_no_transition_leads_to_a_state_that_is_refused(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    state = AvatarState()
    for transition, *values in steps:
        state = transition(state, *values)
        assert faults(state) == ()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=AvatarState) == state


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        (AvatarState(position=Vector3(math.inf)), "position is not finite"),
        (AvatarState(rotation=Quaternion(1.0, 1.0)), "rotation is not a unit quaternion"),
        (AvatarState(gestures={str(n): 0.0 for n in range(8193)}), "gestures: 8193 entries, at most 8192"),
    ],
)
def test_an_unsound_state_is_refused_with_its_reason(state: AvatarState, fault: str) -> None:
    assert faults(state) == (fault,)


@given(AXES, st.floats(-0.49, 0.49))
def test_a_step_is_about_a_metre(x: float, sway: float) -> None:
    middle = math.floor(x) + 0.5
    assert not crossed_step(Vector3(middle), Vector3(middle + sway))
    assert crossed_step(Vector3(middle), Vector3(middle + 1.0))


def test_a_touch_is_where_the_owner_says_it_is() -> None:
    message = ParametersChanged({"BoopL": True}, ("BoopL",), {"BoopL": "touch"}, {"BoopL": "nose"})
    state = apply_parameters(AvatarState(), message, 7.0)
    assert state.last_interaction == Interaction("touch", "", "nose", 7.0)


def test_every_parameter_that_is_kept_is_told_with_its_newest_value() -> None:
    values = {
        "Hat": True, "Smile": 0.5, "GestureLeft": 3, "HeadPat": True, "VelocityX": 1.5, "Upright": 0.25, "AFK": True,
        "Grounded": True,
    }  # fmt: skip
    told = parameters(after(changed(values)))
    assert told == {
        "Hat": 1.0, "Smile": 0.5, "GestureLeft": 3.0, "HeadPat": True, "VelocityX": 1.5, "Upright": 0.25, "AFK": True,
    }  # fmt: skip
