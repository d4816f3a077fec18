"""Reads what the service sends. Pure, with limits: a field that is missing or of another type is as if it were not
there, and what is not understood is left out."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from actors.vocabulary.values import Person
from actors.vrchat.state import (
    INVITE,
    PRIVATE,
    REQUEST_INVITE,
    TRAVELING,
    Friend,
    FriendRequest,
    Invitation,
    Me,
    News,
    Notices,
)

LONGEST_NAME = 200
LONGEST_TEXT = 500
MOST = 200  # of a page that are looked at; the service gives at most a hundred
USER = re.compile(r"usr_[\w-]{1,64}|[A-Za-z0-9]{10}", re.ASCII)
NOTIFICATION = re.compile(r"[\w-]{1,80}", re.ASCII)
LOCATION = re.compile(r"(wrld_[\w-]{1,64}):([\w~()\-.:]{1,400})", re.ASCII)
_WORLD = re.compile(r"(wrld_[\w-]{1,64})(?::.*)?", re.ASCII | re.DOTALL)
_KIND = re.compile(r"[\w-]{1,40}", re.ASCII)
FACTORS = frozenset(("totp", "otp", "emailOtp"))
_PLAIN = frozenset(("see-notification", "hide-notification"))  # whose content is an id, and not encoded again


def decoded(data: str | bytes) -> Any:
    """The JSON value; None for what is none."""
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return None


def me(value: Any) -> Me | None:
    """The account, of GET /auth/user."""
    found = _mapping(value)
    user_id = _user(found.get("id"))
    if not user_id:
        return None
    status, text = _text(found.get("status")), _text(found.get("statusDescription"))
    return Me(user_id, _name(found.get("displayName")), status[:40], text)


def needs(value: Any) -> tuple[str, ...]:
    """Which second factors are asked for; () for none."""
    found = _mapping(value).get("requiresTwoFactorAuth")
    if not isinstance(found, list):
        return ()
    known = tuple(one for one in found[:8] if isinstance(one, str) and one in FACTORS)
    return known or ("totp",)


def notices(value: Any, page: int) -> Notices | None:
    """A page of notifications; None if it is no list."""
    if not isinstance(value, list):
        return None
    found = [notice(one) for one in value[:MOST]]
    return Notices(
        tuple(one for one in found if isinstance(one, FriendRequest)),
        tuple(one for one in found if isinstance(one, Invitation)),
        len(value),
        len(value) >= page,
    )


def notice(value: Any) -> FriendRequest | Invitation | None:
    """A notification that matters here. Its details, text in one interface and an object in the other, do not."""
    found = _mapping(value)
    id, person = found.get("id"), Person(_user(found.get("senderUserId")), _name(found.get("senderUsername")))
    if not (isinstance(id, str) and NOTIFICATION.fullmatch(id) and person.user_id):
        return None
    at, kind = _time(found.get("created_at")), found.get("type")
    if kind == "friendRequest":
        return FriendRequest(id, person, at)
    return Invitation(id, person, kind, at) if kind in (INVITE, REQUEST_INVITE) else None


def details(value: Any) -> dict[str, Any]:
    """A notification's details, in either form."""
    found = _mapping(value).get("details")
    return _mapping(decoded(found) if isinstance(found, str) else found)


def friends(value: Any, offline: bool) -> tuple[Friend, ...] | None:
    """A page of friends; None if it is no list."""
    if not isinstance(value, list):
        return None
    return tuple(_friends(value[:MOST], offline))


def _friends(values: Iterable[Any], offline: bool) -> Iterable[Friend]:
    for one in values:
        found = _mapping(one)
        if user_id := _user(found.get("id")):
            location = _text(found.get("location"))
            online = not offline and location != "offline"
            person = Person(user_id, _name(found.get("displayName")))
            yield Friend(person, online, place(location) if online else "")


def place(location: str) -> str:
    """Of a location what may be told: the world, without its instance."""
    if location in (PRIVATE, TRAVELING):
        return location
    world = _WORLD.fullmatch(location)
    return world[1] if world else ""


def instance(value: Any) -> tuple[str, str] | None:
    """A world and its instance, out of a location."""
    found = LOCATION.fullmatch(value) if isinstance(value, str) else None
    return (found[1], found[2]) if found else None


def news(data: str | bytes) -> News:
    """An event of the websocket; of no kind if it is unknown, with its name where it has one."""
    outer = _mapping(decoded(data))
    kind, content = outer.get("type"), outer.get("content")
    if not (isinstance(kind, str) and _KIND.fullmatch(kind)):
        return News()
    if kind in _PLAIN:
        id = content if isinstance(content, str) and NOTIFICATION.fullmatch(content) else ""
        return News(kind, id=id) if id else News(id=kind)
    inner = _mapping(decoded(content) if isinstance(content, str) else content)
    return _news(kind, inner)


def _news(kind: str, content: dict[str, Any]) -> News:
    match kind:
        case "notification":
            found = notice(content)
            if isinstance(found, FriendRequest):
                return News(kind, request=found)
            return News(kind, invitation=found) if found is not None else News("notification")
        case "response-notification":
            id = content.get("notificationId")
            known = isinstance(id, str) and NOTIFICATION.fullmatch(id)
            return News(kind, id=str(id)) if known else News(id=kind)
        case "friend-delete":
            gone = _user(content.get("userId"))
            return News(kind, id=gone) if gone else News(id=kind)
        case "user-update":
            own = me(content.get("user"))
            return News(kind, me=own) if own is not None else News(id=kind)
        case (
            "friend-add"
            | "friend-online"
            | "friend-active"
            | "friend-offline"
            | "friend-update"
            | "friend-location"
        ):
            friend = _friend_of(kind, content)
            return News(kind, friend=friend) if friend is not None else News(id=kind)
    return News(id=kind)


def _friend_of(kind: str, content: dict[str, Any]) -> Friend | None:
    user = _mapping(content.get("user"))
    user_id = _user(content.get("userId") or content.get("userid")) or _user(user.get("id"))
    if not user_id:
        return None
    location = _text(content.get("location"))
    online = kind in ("friend-online", "friend-location") and location != "offline"
    return Friend(Person(user_id, _name(user.get("displayName"))), online, place(location) if online else "")


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _name(value: Any) -> str:
    return "".join(c for c in _text(value) if c.isprintable()).strip()[:LONGEST_NAME]


def _user(value: Any) -> str:
    return value if isinstance(value, str) and USER.fullmatch(value) else ""


def _time(value: Any) -> float:
    try:
        return max(0.0, datetime.fromisoformat(_text(value).replace("Z", "+00:00")).timestamp())
    except (ValueError, OverflowError):
        return 0.0
