"""Parses one line of VRChat's output log. Pure.

The format is not documented, but known from other clients. A line counts from its time stamp to its end only, so that
no name can imitate another line."""

import re

import msgspec

from actors.vocabulary.values import Person, person_named

LONGEST_LINE = 2000
LONGEST_NAME = 200

_LINE = re.compile(r"\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d\s+[A-Za-z]+\s+-\s+(.+)", re.ASCII)
_PLAYER = re.compile(r"\[Behaviour\] OnPlayer(Joined|Left) (.+)")
_WHO = re.compile(r"(.+?) \((usr_[\w-]{1,64}|[A-Za-z0-9]{10})\)", re.ASCII)
_NAMED = re.compile(r"\[Behaviour\] Entering Room: (.+)")
_JOINING = re.compile(r"\[Behaviour\] Joining ([A-Za-z]+_[\w-]{1,80})(?::.*)?", re.ASCII)
_SIGNED_IN = re.compile(r"(?:\[[^\]]{0,40}\] )?User Authenticated: (.+)")
_ROOM_LEFT = re.compile(
    r"\[Behaviour\] OnLeftRoom|VRCApplication: (HandleApplicationQuit|OnApplicationQuit)\b.*"
)


class Named(msgspec.Struct, frozen=True):
    """The game enters a world called `name`."""

    name: str


class Joining(msgspec.Struct, frozen=True):
    """The game joins an instance of world `world_id`; which one stays out, since it may hold an invitation."""

    world_id: str


class RoomLeft(msgspec.Struct, frozen=True):
    """The game left its instance. closed: it ends altogether."""

    closed: bool = False


class PlayerCame(msgspec.Struct, frozen=True):
    """A player is in the instance."""

    person: Person


class PlayerGone(msgspec.Struct, frozen=True):
    """A player is no longer in the instance."""

    person: Person


class SignedIn(msgspec.Struct, frozen=True):
    """The game's own account."""

    person: Person


LogEvent = Named | Joining | RoomLeft | PlayerCame | PlayerGone | SignedIn


def parse(line: str) -> LogEvent | None:
    """What `line` (without its end) says; None for all that is of no interest here. Never raises."""
    stamped = _LINE.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if stamped is None:
        return None
    text = stamped[1].rstrip()
    if found := _PLAYER.fullmatch(text):
        person = _person(found[2])
        if person is None:
            return None
        return PlayerCame(person) if found[1] == "Joined" else PlayerGone(person)
    if found := _NAMED.fullmatch(text):
        return Named(_plain(found[1]))
    if found := _JOINING.fullmatch(text):
        return Joining(found[1])
    if found := _SIGNED_IN.fullmatch(text):
        person = _person(found[1])
        return SignedIn(person) if person is not None else None
    left = _ROOM_LEFT.fullmatch(text)
    return RoomLeft(closed=left[1] is not None) if left else None


def _person(text: str) -> Person | None:
    """`Name (usr_...)`; accounts of the early days have ten letters and digits instead, old logs no id at all."""
    found = _WHO.fullmatch(text)
    name = _plain(found[1] if found else text)
    if not name:
        return None
    return Person(found[2], name) if found else person_named(name)


def _plain(name: str) -> str:
    return "".join(c for c in name if c.isprintable()).strip()[:LONGEST_NAME]
