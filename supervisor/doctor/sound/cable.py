"""Virtual cables: which two names are the two ends of one. Pure."""

import re
from collections.abc import Iterable

from actors.audio.devices.naming import plain

_VIRTUAL = re.compile(r"cable|vb-audio|voicemeeter|blackhole|soundflower|virtual|loopback|\bnull\b|monitor")
_ENDS = re.compile(r"\b(?:input|output|monitor of|monitor)\b")
_LEAST = 8
"""Letters in which two names must agree where one of them was cut."""


def is_cable(name: str) -> bool:
    """Whether a device of this name is no hardware, by its looks."""
    return _VIRTUAL.search(plain(name)) is not None


def core(name: str) -> str:
    """What both ends of a cable are called."""
    return " ".join(re.sub(r"\W+", " ", _ENDS.sub(" ", plain(name).replace("_", " "))).split())


def are_ends_of_one(one: str, other: str) -> bool:
    """Whether what is played into one of these comes out of the other: ends of a cable, or a monitor of a speaker."""
    if not (is_cable(one) or is_cable(other)):
        return False
    short, long = sorted((core(one), core(other)), key=len)
    return bool(short) and (short == long or (len(short) >= _LEAST and long.startswith(short)))


def other_end(name: str, among: Iterable[str]) -> str:
    """The name of the other end, out of the devices of the other direction; "" if it is not there."""
    return next((one for one in among if are_ends_of_one(name, one)), "")
