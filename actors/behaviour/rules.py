"""Whether an act may be done now, and which acts follow from words, touches and moods. Pure."""

import re
from collections.abc import Mapping

import msgspec

from actors.behaviour.messages import BodyIs
from actors.behaviour.plans import GLANCES
from actors.vocabulary.goals import LEADING
from actors.vocabulary.requests import says_goodbye, says_hello
from actors.vocabulary.type_names import durable
from actors.vocabulary.words import arousal_of, tone_of, valence_of
from config.schema import Behaviour
from config.schema.acts import ACTS

MINUTE = 60.0
REST = 30.0  # seconds after a stop in which nothing is done unasked
MARKED = 0.3  # the distance from somebody's usual mood from which on theirs is noticed

ASIDE = 10.0  # degrees beside the middle of the view from which a glance goes there

_LEGS = frozenset(("jump", *LEADING, *GLANCES, *(act for act in ACTS if act.startswith(("turn", "step")))))
_ROUGH = re.compile(r"bonk|slap|poke|grab|punch|hit|boop", re.I)
_INSTEAD: Mapping[str, str] = {"thumbs_up": "cheer"}


@durable("behaviour.Pace")
class Pace(msgspec.Struct, frozen=True):
    """begun: when acts began within the last minute (monotonic seconds)."""

    begun: tuple[float, ...] = ()

    def again(self, now: float) -> "Pace":
        """One more begins at `now`."""
        return Pace((*(at for at in self.begun if now - at < MINUTE), now))

    def count(self, now: float) -> int:
        """How many began within the minute before `now`."""
        return sum(now - at < MINUTE for at in self.begun)


def known_as(act: str, settings: Behaviour) -> str:
    """The act that is done for `act`: the owner's expression of that name, else what every avatar has for it."""
    return act if act in settings.expressions else _INSTEAD.get(act, act)


def glance_at(bearing: float) -> str:
    """The glance at somebody `bearing` degrees to the right; "" for who is looked at already."""
    return "" if abs(bearing) < ASIDE else "glance_right" if bearing > 0.0 else "glance_left"


def refusal(act: str, settings: Behaviour, body: BodyIs, *, seat: bool, held: bool) -> str:
    """Why `act` cannot be done just now, whomever it leads to; "" if it can.

    seat: one is within reach. held: the stop parameter is on."""
    if not settings.enabled:
        return "behaviour.enabled is false"
    if held:
        return f"the avatar's parameter {settings.stop_parameter} is on"
    if act not in settings.expressions and act not in GLANCES:
        if act not in ACTS:
            return "there is no such act"
        if act not in settings.allowed:
            return "not in behaviour.allowed"
    if act in LEADING and not settings.movement.enabled:
        return "behaviour.movement.enabled is false"
    return "" if act in settings.expressions else _unable(act, body, seat)


def _unable(act: str, body: BodyIs, seat: bool) -> str:
    if act == "sit":
        return "it sits" if body.seated else "" if seat else "no seat is known within reach"
    if act == "stand":
        return "" if body.seated else "it does not sit"
    if act in _LEGS and body.seated:
        return "it sits"
    return "it is in the air" if act == "jump" and not body.grounded else ""


def too_fast(pace: Pace, settings: Behaviour, now: float, *, unasked: bool) -> str:
    """Why one more act would be too many within a minute; "" if it would not. unasked: by itself, half as many."""
    most = settings.per_minute // 2 if unasked else settings.per_minute
    return "" if pace.count(now) < most else f"{most} acts within a minute"


def reactions(text: str, usual: float) -> tuple[tuple[str, str], ...]:
    """A wave to a hello, and a face to what somebody says, each with the reason. usual: as of `mood_act`."""
    found = (greeting_act(text), "a greeting"), (mood_act(text, usual), "their mood")
    return tuple((act, why) for act, why in found if act)


def greeting_act(text: str) -> str:
    """A hello or a goodbye is waved to; "" for anything else."""
    return "wave" if says_hello(text) or says_goodbye(text) else ""


def mood_act(text: str, usual: float) -> str:
    """The face for what somebody says. usual: their usual valence; only what differs from it is noticed."""
    valence = valence_of(text)
    if not valence or abs(valence - usual) < MARKED or valence * (valence - usual) <= 0.0:
        return ""
    return "sad" if valence < 0 else ""


def face_act(text: str) -> str:
    """The face for what the bot says itself."""
    tone = tone_of(text)
    if tone == "neutral":
        return "surprised" if arousal_of(text) >= 0.6 else ""
    return "happy" if tone == "positive" else "sad"


def touch_act(sensor: str) -> str:
    """The face for a touch at `sensor`."""
    return "surprised" if _ROUGH.search(sensor) else "happy"
