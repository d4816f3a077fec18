"""Which event each avatar parameter belongs to; pure.

Built-in parameters are known by name. An avatar's own ones are recognized by VRChat's suffixes for PhysBones and
raycasts, then by the usual words for contacts; all others are expressions."""

import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from config.schema import Osc

PREFIX = "/avatar/parameters/"
MAX_NAME = 256
# Characters. Of avatars in the making it is `local:` and the name that their maker gave them.
_LONGEST_AVATAR_ID = 256
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

# How the player is: taken in whatever is enabled, for what cannot do without. They change seldom.
ALWAYS = frozenset({"MuteSelf", "Earmuffs", "AFK", "Seated", "InStation"})
IGNORED = "ignored"

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


class Meanings:
    """What each parameter means to this owner. enabled: the events that count; given: pattern to event and zone."""

    def __init__(
        self, enabled: Collection[str], given: Mapping[str, tuple[str, str]] = MappingProxyType({})
    ) -> None:
        self._enabled = frozenset(enabled)
        self._given = dict(given)

    def of(self, name: str) -> tuple[str, str]:
        """The event, "" for one that is not taken in, and the zone, "" where none was given."""
        if name not in BUILT_IN:
            for pattern, (event, zone) in self._given.items():
                if fnmatchcase(name, pattern):
                    return ("", "") if event == IGNORED else (event, zone)
        event = event_of(name)
        return (event if event in self._enabled or name in ALWAYS else "", "")


def meanings(osc: Osc, *, feels: bool) -> Meanings:
    """Those of the configuration. feels: how the body moves counts in any case."""
    given = {pattern: (one.event, one.zone) for pattern, one in osc.parameters.items()}
    return Meanings((*osc.enabled_events, *(("movement",) if feels else ())), given)


def written(name: str) -> str | None:
    """How VRChat spells parameter `name`; None if it is none, or only the game may write it."""
    name = name.strip().replace(" ", "_")
    fits = 0 < len(name) <= MAX_NAME and not _CONTROL.search(name)
    return name if fits and name not in READ_ONLY else None


def is_avatar_id(text: str) -> bool:
    """Whether this may be an avatar's id."""
    return 0 < len(text) <= _LONGEST_AVATAR_ID and text.isprintable() and not text.isspace()
