"""What each act is: messages to the body's rooms, in order, and those that end it. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from actors.avatar.messages import GestureRequested, GoTo, StopGesture, StopMoving, WalkWay
from actors.osc.messages import SetInput, SetParameter
from actors.vocabulary.type_names import durable
from config.schema.acts import FACES, GESTURES

Order = GestureRequested | StopGesture | SetInput | SetParameter | GoTo | WalkWay | StopMoving
Values = Mapping[str, float | bool]

Part = str
"""Of the body: hands, face or legs. Each does one thing at a time."""

# A full turn at full deflection of LookHorizontal takes about so long [2nd]; the game's sensitivity decides.
FULL_TURN = 2.4
STEP = 0.4  # seconds of walking: well under a metre
FACE_LASTS = 4.0
GLANCE = 0.25

# The face's place on VRChat's face pad, horizontal and vertical [2nd].
_PAD: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"happy": (0.0, 1.0), "surprised": (1.0, 0.0), "sad": (0.0, -1.0), "angry": (-1.0, 0.0)}
)
_LASTS: Mapping[str, float] = MappingProxyType({"dance": 8.0, "die": 5.0, "sadness": 5.0})
GESTURE_LASTS = 3.0
GRACE = 2.0  # seconds that a movement has to say how it ended

# Inputs that acts use: name of the act, what is held, and for how long.
_HELD: Mapping[str, tuple[tuple[str, float, float], ...]] = MappingProxyType(
    {
        "turn_left": (("LookHorizontal", -1.0, FULL_TURN / 4),),
        "turn_right": (("LookHorizontal", 1.0, FULL_TURN / 4),),
        "turn_around": (("LookHorizontal", 1.0, FULL_TURN),),
        "step_forward": (("Vertical", 1.0, STEP),),
        "step_back": (("Vertical", -1.0, STEP),),
        "step_left": (("Horizontal", -1.0, STEP),),
        "step_right": (("Horizontal", 1.0, STEP),),
        "jump": (("Jump", 1.0, 0.1),),
        "stand": (("Jump", 1.0, 0.1),),  # leaves a seat
        "sit": (("UseRight", 1.0, 0.1),),
        "glance_left": (("LookHorizontal", -0.3, GLANCE), ("LookHorizontal", 0.3, GLANCE)),
        "glance_right": (("LookHorizontal", 0.3, GLANCE), ("LookHorizontal", -0.3, GLANCE)),
    }
)
GLANCES = ("glance_left", "glance_right")
INPUTS = tuple(sorted({name for held in _HELD.values() for name, _, _ in held}))
"""Every input that an act may hold."""


@durable("behaviour.Plan")
class Plan(msgspec.Struct, frozen=True):
    """orders: after how many seconds each is sent. undo: what ends the act. lasts: seconds.

    ticket: of the movement that it is, 0 for none; it ends by itself, and may outlast the turn that it was asked in."""

    act: str
    part: Part
    lasts: float
    orders: tuple[tuple[float, Order], ...]
    undo: tuple[Order, ...]
    ticket: int = 0


def walk_of(act: str, order: GoTo | WalkWay, longest: float) -> Plan:
    """What the movement does for `act`. longest: seconds that a movement may last."""
    return Plan(act, "legs", longest + GRACE, ((0.0, order),), (StopMoving(order.ticket),), order.ticket)


def plan_of(act: str, turn: int, expressions: Mapping[str, Values], longest: float) -> Plan | None:
    """How `act` is done; None for one that does not exist. expressions: the owner's own, by name."""
    if act in expressions:
        return _expression(act, expressions[act], longest)
    if act in GESTURES:
        lasts = min(longest, _LASTS.get(act, GESTURE_LASTS))
        return Plan(act, "hands", lasts, ((0.0, GestureRequested(turn, act)),), (StopGesture(turn),))
    if act in FACES:
        across, up = _PAD[act]
        return _expression(act, {"VRCFaceBlendH": across, "VRCFaceBlendV": up}, longest)
    return _held(act, longest) if act in _HELD else None


def _expression(act: str, values: Values, longest: float) -> Plan:
    orders = tuple((0.0, SetParameter(name, value)) for name, value in values.items())
    undo = tuple(SetParameter(name, _neutral(value)) for name, value in values.items())
    return Plan(act, "face", min(longest, FACE_LASTS), orders, undo)


def _neutral(value: float | bool) -> float | bool:
    return False if isinstance(value, bool) else 0.0 if isinstance(value, float) else 0


def _held(act: str, longest: float) -> Plan:
    at, orders = 0.0, []
    for name, value, seconds in _HELD[act]:
        orders.append((at, SetInput(name, value, seconds)))
        at += seconds
    inputs = dict.fromkeys(name for name, _, _ in _HELD[act])
    return Plan(act, "legs", min(longest, at), tuple(orders), tuple(zeroed(name) for name in inputs))


def zeroed(name: str) -> SetInput:
    """What lets go of an input."""
    return SetInput(name, 0.0, 0.0)
