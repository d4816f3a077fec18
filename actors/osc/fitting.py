"""Whether a value may be written to a parameter of the avatar, and as what; pure."""

import enum
import math
from collections.abc import Mapping

import msgspec

from actors.osc.messages import AvatarParameter
from actors.osc.parameters import written

Number = bool | int | float


class Why(enum.StrEnum):
    """Why something is not written."""

    BAD_NAME = "bad_name"
    READ_ONLY = "read_only"
    NOT_FINITE = "not_finite"
    UNKNOWN = "unknown"


_SAID: Mapping[Why, str] = {
    Why.BAD_NAME: "it is no name, or VRChat alone writes it",
    Why.READ_ONLY: "this avatar only tells it, and takes no value",
    Why.NOT_FINITE: "the value is no number",
    Why.UNKNOWN: "this avatar has no such parameter; see `supervisor avatar`",
}


class NotWritten(Exception):
    """The value cannot be written; the text says why."""

    def __init__(self, why: Why) -> None:
        super().__init__(_SAID[why])
        self.why = why


class KnownAvatar(msgspec.Struct, frozen=True):
    """Parameters by name. is_whole: the avatar has no others. Empty: nothing is known, and nothing refused for that."""

    avatar_id: str = ""
    parameters: Mapping[str, AvatarParameter] = {}
    is_whole: bool = True


def fitted(avatar: KnownAvatar, name: str, value: Number) -> tuple[str, Number]:
    """The name as VRChat spells it and the value in its declared type and range. Raises NotWritten.

    Of a parameter that is not known the value keeps its type: bool, int from 0 to 255, or float from -1 to 1."""
    spelt = written(name)
    if spelt is None:
        raise NotWritten(Why.BAD_NAME)
    if not math.isfinite(value):
        raise NotWritten(Why.NOT_FINITE)
    known = avatar.parameters.get(spelt)
    if known is None:
        if avatar.parameters and avatar.is_whole:
            raise NotWritten(Why.UNKNOWN)
        return spelt, clamped(value)
    if not known.is_writable:
        raise NotWritten(Why.READ_ONLY)
    return spelt, _as_type(known.type, value)


def clamped(value: Number) -> Number:
    """`value` in the range that VRChat has for its type: 0 to 255, or -1 to 1."""
    if isinstance(value, bool):
        return value
    return _whole(value) if isinstance(value, int) else _real(value)


def _as_type(kind: str, value: Number) -> Number:
    if kind == "bool":
        return value >= 0.5
    return _whole(value) if kind == "int" else _real(value)


def _whole(value: Number) -> int:
    return max(0, min(255, round(value)))


def _real(value: Number) -> float:
    return float(max(-1.0, min(1.0, value)))
