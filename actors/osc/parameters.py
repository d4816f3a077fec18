"""Which event each avatar parameter belongs to; pure.

Built-in parameters are known by name. An avatar's own ones are recognized by VRChat's suffixes for PhysBones and
raycasts, then by the usual words for contacts; all others are expressions."""

import re
from collections.abc import Mapping
from types import MappingProxyType

PREFIX = "/avatar/parameters/"
MAX_NAME = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_NAMES = {
    "gestures": "GestureLeft GestureRight GestureLeftWeight GestureRightWeight VRCEmote",
    "expressions": "VRCFaceBlendH VRCFaceBlendV",
    "voice": "Voice Viseme",
    "movement": "AngularY VelocityX VelocityY VelocityZ VelocityMagnitude Upright Grounded Seated InStation",
    "status": "AFK MuteSelf Earmuffs IsLocal IsOnFriendsList IsAnimatorEnabled PreviewMode TrackingType "
    "VRMode",
    "avatar": "AvatarVersion ScaleModified ScaleFactor ScaleFactorInverse EyeHeightAsMeters "
    "EyeHeightAsPercent",
}
# The game's own parameters, and the event each belongs to.
BUILT_IN: Mapping[str, str] = MappingProxyType(
    {name: event for event, names in _NAMES.items() for name in names.split()}
)

# Parameters that the game writes and nobody else can.
READ_ONLY = frozenset(BUILT_IN) - {"VRCEmote", "VRCFaceBlendH", "VRCFaceBlendV"}

_TOUCH_SUFFIXES = ("_IsGrabbed", "_IsPosed", "_Angle", "_Stretch", "_Squish", "_Hit")
_PROXIMITY_SUFFIXES = ("_Ratio", "_Distance")
_TOUCH_WORDS = re.compile(
    r"(touch|boop|pat|headpat|poke|hug|grab|tickle|bonk|slap|pet|kiss|contact|handshake|fistbump|highfive)"
    r"(s|t?ed|ped|ged|bed|d|ting|ping|ing)?"
)
_PROXIMITY_WORDS = frozenset(("prox", "proximity", "near", "distance"))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def event_of(name: str) -> str:
    """The event that parameter `name` (without prefix) belongs to: a word of `osc.enabled_events`."""
    known = BUILT_IN.get(name)
    if known is not None:
        return known
    if name.endswith(_TOUCH_SUFFIXES):
        return "touch"
    if name.endswith(_PROXIMITY_SUFFIXES):
        return "proximity"
    words = {word.lower() for word in _WORD.findall(name)}
    # A contact receiver that measures proximity is a touch first: it is 0 until somebody is at the sensor.
    if any(_TOUCH_WORDS.fullmatch(word) for word in words):
        return "touch"
    return "proximity" if words & _PROXIMITY_WORDS else "expressions"


def written(name: str) -> str | None:
    """How VRChat spells parameter `name`; None if it is none, or only the game may write it."""
    name = name.strip().replace(" ", "_")
    fits = 0 < len(name) <= MAX_NAME and not _CONTROL.search(name)
    return name if fits and name not in READ_ONLY else None


def clamped(value: bool | int | float) -> bool | int | float:
    """`value` in the range that VRChat has for its type: 0 to 255, or -1 to 1."""
    if isinstance(value, bool):
        return value
    return max(0, min(255, value)) if isinstance(value, int) else max(-1.0, min(1.0, value))
