"""What the avatar feels and does, and how VRChat's parameters change it: pure transitions on frozen values.

The message says the kind of each parameter (`events`); numbers and booleans then find their field."""

import math
from collections.abc import Mapping

import msgspec

from actors.avatar.messages import BodyMoved
from actors.avatar.reckoning import SEATED_APART, Reckoning, Whereabouts, apart, begun, elapsed, in_unit, told
from actors.behaviour.messages import BodyIs
from actors.osc.messages import ParametersChanged
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Interaction, Quaternion, Vector3

PARAMETERS = 8192  # as many as an avatar can have; kept of each kind
STRIDE = 1.0  # metres, along each axis, of the grid whose lines are counted as steps

# The game's own gestures; all others are the avatar's, as the owner has named them.
GAME_GESTURES = frozenset("GestureLeft GestureRight GestureLeftWeight GestureRightWeight VRCEmote".split())
OWN_GESTURES = 32  # of them the behaviour is told

MOVES = 0.1  # metres a second from which on the body moves

CAME_WITH = 5.0  # seconds before an avatar's loading in which a parameter may already be the new avatar's

Number = bool | int | float
Numbers = Mapping[str, float]


@durable("avatar.MovementState")
class MovementState(msgspec.Struct, frozen=True):
    """velocity: metres a second, +z forward, +y up; speed: its length. angular_y: turning. upright: 0 lying, 1 not."""

    velocity: Vector3 = Vector3()
    speed: float = 0.0
    angular_y: float = 0.0
    upright: float = 1.0
    grounded: bool = True
    seated: bool = False
    in_station: bool = False
    afk: bool = False
    muted: bool = False


@durable("avatar.AvatarState")
class AvatarState(msgspec.Struct, frozen=True):
    """position: metres. gestures, expressions and proximity: the game's numbers by parameter (true is 1, false is 0).

    touch_sensors: whether each is touched now. emote: the current gesture, 0 for none. felt_at: epoch seconds at which
    each touch, proximity or expression was last received. reckoning: how the position is known."""

    position: Vector3 = Vector3()
    rotation: Quaternion = Quaternion()
    gestures: Mapping[str, float] = {}
    expressions: Mapping[str, float] = {}
    touch_sensors: Mapping[str, bool] = {}
    proximity_data: Mapping[str, float] = {}
    movement_state: MovementState = MovementState()
    last_interaction: Interaction = Interaction()
    avatar_id: str = ""
    felt_at: Mapping[str, float] = {}
    emote: int = 0
    reckoning: Reckoning = Reckoning()


_VELOCITY = {"VelocityX": "x", "VelocityY": "y", "VelocityZ": "z"}
_MOVEMENT_NUMBERS = {"VelocityMagnitude": "speed", "AngularY": "angular_y", "Upright": "upright"}
_MOVEMENT_TRUTHS = {
    "Grounded": "grounded",
    "Seated": "seated",
    "InStation": "in_station",
    "AFK": "afk",
    "MuteSelf": "muted",
}
# A PhysBone's or raycast's measurement alone is not a touch: hair swings in the wind.
_MEASURES = ("_Angle", "_Stretch", "_Squish", "_Distance", "_Ratio", "_IsPosed", "_Hit")


def apply_parameters(state: AvatarState, message: ParametersChanged, at: float) -> AvatarState:
    """The state after these parameters, at `at` (epoch seconds). A parameter of no field is passed over."""
    gestures: dict[str, float] = {}
    expressions: dict[str, float] = {}
    sensors: dict[str, bool] = {}
    proximity: dict[str, float] = {}
    for name, value in message.values.items():
        event = message.events.get(name, "expressions")
        if event == "gestures":
            gestures[name] = float(value)
        elif event in ("touch", "proximity"):
            if isinstance(value, bool):
                sensors[name] = value
            else:
                proximity[name] = float(value)
        elif event in ("expressions", "voice"):
            expressions[name] = float(value)
    touched = touches(state, message)
    own = gestures.keys() - GAME_GESTURES
    return msgspec.structs.replace(
        state,
        gestures=_merged(state.gestures, gestures),
        expressions=_merged(state.expressions, expressions),
        touch_sensors=_merged(state.touch_sensors, sensors),
        proximity_data=_merged(state.proximity_data, proximity),
        movement_state=moved(state.movement_state, message.values),
        reckoning=_reckoning(state, message.values),
        last_interaction=felt(message, touched[-1], at) if touched else state.last_interaction,
        felt_at=_merged(state.felt_at, dict.fromkeys((*own, *expressions, *sensors, *proximity), at)),
    )


def felt(message: ParametersChanged, sensor: str, at: float) -> Interaction:
    """The touch at `sensor`: where it was in the owner's words, else by the sensor's name."""
    return Interaction("touch", "", message.zones.get(sensor, sensor), at)


def touches(state: AvatarState, message: ParametersChanged) -> tuple[str, ...]:
    """The sensors at which a touch began: they were false, or at 0, and were not since."""
    found = []
    for name, value in message.values.items():
        if message.events.get(name) != "touch" or name.endswith(_MEASURES):
            continue
        if isinstance(value, bool):
            began = (value or name in message.touched) and not state.touch_sensors.get(name, False)
        else:
            began = value > 0 and not state.proximity_data.get(name, 0.0) > 0
        if began:
            found.append(name)
    return tuple(found)


def moved(movement: MovementState, values: Mapping[str, Number]) -> MovementState:
    """The movement after these parameters."""
    axes = {_VELOCITY[name]: float(value) for name, value in values.items() if name in _VELOCITY}
    changes: dict[str, object] = {
        _MOVEMENT_NUMBERS[name]: float(value) for name, value in values.items() if name in _MOVEMENT_NUMBERS
    }
    changes |= {
        _MOVEMENT_TRUTHS[name]: bool(value) for name, value in values.items() if name in _MOVEMENT_TRUTHS
    }
    # The length says that the body stands also where an axis got lost.
    stood = values.get("VelocityMagnitude") == 0
    if axes or stood:
        changes["velocity"] = msgspec.structs.replace(Vector3() if stood else movement.velocity, **axes)
    return msgspec.structs.replace(movement, **changes) if changes else movement


def body(state: AvatarState) -> BodyIs:
    """What the behaviour must know of the body."""
    now, emote = state.movement_state, state.gestures.get("VRCEmote", 0.0)
    return BodyIs(
        seated=now.seated or now.in_station,
        grounded=now.grounded,
        afk=now.afk,
        muted=now.muted,
        moving=now.speed > MOVES,
        emote=int(emote),
        gestures=tuple(sorted(state.gestures.keys() - GAME_GESTURES))[:OWN_GESTURES],
    )


def body_moved(state: AvatarState, at: float) -> BodyMoved:
    """Where the body is and how it moves, at `at` (epoch seconds)."""
    felt, how = state.movement_state, state.reckoning
    return BodyMoved(
        position=_rounded(state.position),
        yaw=round(how.yaw, 2),
        velocity=_rounded(felt.velocity),
        turning=round(felt.angular_y * how.unit, 2),
        at=at,
        frame=how.frame,
        reckoned=how.reckoned,
        known=is_located(state),
        seated=felt.seated or felt.in_station,
        afk=felt.afk,
    )


def _rounded(vector: Vector3) -> Vector3:
    """To a millimetre, or to one in a second: what is told ten times a second fills the trace."""
    return Vector3(round(vector.x, 3), round(vector.y, 3), round(vector.z, 3))


def parameter(state: AvatarState, name: str) -> Number | None:
    """The newest value of VRChat's parameter, None where none was received or it is of no kind that is kept."""
    if name in _MOVEMENT_TRUTHS:
        return bool(getattr(state.movement_state, _MOVEMENT_TRUTHS[name]))
    kept: tuple[Mapping[str, Number], ...] = (
        state.expressions,
        state.touch_sensors,
        state.proximity_data,
        state.gestures,
    )
    return next((values[name] for values in kept if name in values), None)


FELT = frozenset((*_VELOCITY, "VelocityMagnitude", "AngularY"))
"""The parameters by which the position is reckoned."""


def _reckoning(state: AvatarState, values: Mapping[str, Number]) -> Reckoning:
    """How the position is known after these parameters."""
    now = in_unit(state.reckoning, float(values.get("AngularY", 0.0)))
    station = bool(values.get("InStation", state.movement_state.in_station))
    return apart(now, SEATED_APART) if station != state.movement_state.in_station and now.reckoned else now


def parameters(state: AvatarState) -> Mapping[str, Number]:
    """The newest value of every parameter that is kept; of the movement only what differs from standing still."""
    now, still = state.movement_state, MovementState()
    moves: dict[str, Number] = {
        name: getattr(now, field)
        for name, field in (*_MOVEMENT_NUMBERS.items(), *_MOVEMENT_TRUTHS.items())
        if getattr(now, field) != getattr(still, field)
    }
    moves |= {name: speed for name, axis in _VELOCITY.items() if (speed := getattr(now.velocity, axis))}
    return {**state.gestures, **state.expressions, **state.proximity_data, **state.touch_sensors, **moves}


def apply_tracking(
    state: AvatarState, position: tuple[float, float, float], rotation: tuple[float, float, float]
) -> AvatarState:
    """The head is there now. rotation: Euler degrees as Unity means them."""
    where = told(state.reckoning, Vector3(*position), rotation[1])
    return msgspec.structs.replace(_at(state, where), rotation=from_euler(*rotation))


def apply_time(state: AvatarState, seconds: float, at: float) -> AvatarState:
    """The body went on as it moved for `seconds`, until `at` (epoch seconds)."""
    felt = state.movement_state
    where = Whereabouts(state.position, state.reckoning)
    return _reckoned(state, elapsed(where, felt.velocity, felt.angular_y, seconds, at))


def apply_start(state: AvatarState, at: float) -> AvatarState:
    """The body is nobody knows where: from `at` (epoch seconds) on its position counts from there."""
    return _reckoned(state, begun(state.reckoning, at))


def _reckoned(state: AvatarState, where: Whereabouts) -> AvatarState:
    return msgspec.structs.replace(_at(state, where), rotation=from_euler(0.0, where.reckoning.yaw, 0.0))


def _at(state: AvatarState, where: Whereabouts) -> AvatarState:
    return msgspec.structs.replace(state, position=where.position, reckoning=where.reckoning)


def apply_rest(state: AvatarState, *, walked: float | None, turned: float | None, at: float) -> AvatarState:
    """The body does not go on, or does not turn, any more, though the game has not said so: that got lost.

    walked, turned: for how many seconds too long it was taken to; None for what it still does."""
    felt = state.movement_state
    if state.reckoning.reckoned:
        where = Whereabouts(state.position, state.reckoning)
        where = elapsed(where, Vector3(), felt.angular_y, -(turned or 0.0), at)
        state = _reckoned(state, elapsed(where, felt.velocity, 0.0, -(walked or 0.0), at))
    felt = msgspec.structs.replace(
        felt,
        velocity=felt.velocity if walked is None else Vector3(),
        speed=felt.speed if walked is None else 0.0,
        angular_y=felt.angular_y if turned is None else 0.0,
    )
    return msgspec.structs.replace(state, movement_state=felt)


def apply_change(state: AvatarState, before: MovementState, seconds: float, at: float) -> AvatarState:
    """The body has moved as it does now for `seconds`, in which it was taken to move as it did `before`."""
    now, then = state.movement_state, before.velocity
    change = Vector3(now.velocity.x - then.x, now.velocity.y - then.y, now.velocity.z - then.z)
    where = Whereabouts(state.position, state.reckoning)
    return _reckoned(state, elapsed(where, change, now.angular_y - before.angular_y, seconds, at))


def apply_turned(state: AvatarState, turned: float, at: float) -> AvatarState:
    """The body has turned by so many AngularY times seconds, which were not told."""
    return _reckoned(state, elapsed(Whereabouts(state.position, state.reckoning), Vector3(), turned, 1.0, at))


def apply_turning(state: AvatarState, angular: float, late: float, at: float) -> AvatarState:
    """The body turns by AngularY `angular`, and has for `late` seconds, though that was not told."""
    felt = state.movement_state
    where = Whereabouts(state.position, state.reckoning)
    state = _reckoned(state, elapsed(where, Vector3(), angular - felt.angular_y, late, at))
    return msgspec.structs.replace(state, movement_state=msgspec.structs.replace(felt, angular_y=angular))


def is_under_way(movement: MovementState) -> bool:
    """Whether the body moves or turns, as far as it feels."""
    return movement.velocity != Vector3() or movement.angular_y != 0.0


def is_located(state: AvatarState) -> bool:
    """Whether the position means anything. What an earlier version stored has one only if the game told it."""
    return state.reckoning.known or state.position != Vector3()


def crossed_step(before: Vector3, now: Vector3) -> bool:
    """Whether the head has gone on by about a step: it crossed a line of a grid of such."""
    pairs = ((before.x, now.x), (before.y, now.y), (before.z, now.z))
    return any(math.floor(old / STRIDE) != math.floor(new / STRIDE) for old, new in pairs)


def apply_avatar(state: AvatarState, avatar_id: str, at: float) -> AvatarState:
    """The game loaded an avatar: another one's parameters are forgotten, except those received just before, since the
    game sends some of the new avatar's first."""
    if avatar_id == state.avatar_id:
        return state
    new = {name for name, when in state.felt_at.items() if 0.0 <= at - when <= CAME_WITH}
    return msgspec.structs.replace(
        state,
        avatar_id=avatar_id,
        gestures={n: value for n, value in state.gestures.items() if n in GAME_GESTURES or n in new},
        expressions={name: value for name, value in state.expressions.items() if name in new},
        touch_sensors={name: value for name, value in state.touch_sensors.items() if name in new},
        proximity_data={name: value for name, value in state.proximity_data.items() if name in new},
        felt_at={name: when for name, when in state.felt_at.items() if name in new},
    )


def faults(state: AvatarState) -> tuple[str, ...]:
    """What is invalid in `state`."""
    kinds = {
        "gestures": state.gestures,
        "expressions": state.expressions,
        "touch_sensors": state.touch_sensors,
        "proximity_data": state.proximity_data,
        "felt_at": state.felt_at,
    }
    found = [
        f"{name}: {len(held)} entries, at most {PARAMETERS}"
        for name, held in kinds.items()
        if len(held) > PARAMETERS
    ]
    turn, place = state.rotation, state.position
    if not all(map(math.isfinite, (place.x, place.y, place.z))):
        found.append("position is not finite")
    if not math.isclose(math.hypot(turn.x, turn.y, turn.z, turn.w), 1.0, abs_tol=1e-3):
        found.append("rotation is not a unit quaternion")
    return tuple(found)


def from_euler(x: float, y: float, z: float) -> Quaternion:
    """Degrees about x, y and z as Unity applies them: about z first, then x, then y."""
    cx, cy, cz = (math.cos(math.radians(angle) / 2) for angle in (x, y, z))
    sx, sy, sz = (math.sin(math.radians(angle) / 2) for angle in (x, y, z))
    return Quaternion(
        cy * sx * cz + sy * cx * sz,
        sy * cx * cz - cy * sx * sz,
        cy * cx * sz - sy * sx * cz,
        cy * cx * cz + sy * sx * sz,
    )


def _merged(old: Mapping[str, float], new: Mapping[str, float]) -> Mapping[str, float]:
    """Both, the newer values winning; `old` itself where nothing is new. Beyond the limit new names are left out."""
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    room = max(0, PARAMETERS - len(old))
    fresh = [name for name in changed if name not in old]
    for name in fresh[room:]:
        del changed[name]
    return {**old, **changed} if changed else old
