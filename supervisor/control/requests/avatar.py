"""The request for the avatar in use: what it has, what of it is known to be, and what each part of it means."""

from collections.abc import Iterator, Mapping
from typing import Any

from actors.avatar.messages import AVATAR, GetParameters, ParametersAre
from actors.kernel.errors import AskError
from actors.osc.messages import OSC_GAME, AvatarIs, AvatarParameter, GetAvatar
from supervisor.control.ask import answer_of
from supervisor.runtime.runtime import Runtime

ASK_WITHIN = 5.0
Value = bool | int | float


def _avatar(runtime: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    avatar = answer_of(runtime, OSC_GAME, GetAvatar(), ASK_WITHIN)
    assert isinstance(avatar, AvatarIs)
    yield described(avatar, _values(runtime))


def _values(runtime: Runtime) -> Mapping[str, Value]:
    """What the avatar's domain has heard last; nothing while it does not answer."""
    try:
        told = runtime.client.answer(AVATAR, GetParameters(), ASK_WITHIN)
    except AskError:
        return {}
    assert isinstance(told, ParametersAre)
    return told.values


def described(avatar: AvatarIs, values: Mapping[str, Value]) -> Mapping[str, Any]:
    """The avatar as plain data, with the newest value of each parameter; None where none was told."""
    return {
        "avatar": avatar.avatar_id,
        "source": avatar.source,
        "note": avatar.note,
        "parameters": [
            {
                "name": one.name,
                "type": one.type,
                "access": _access(one),
                "value": _typed(one, values.get(one.name, one.value)),
                "event": avatar.events.get(one.name, ""),
                "zone": avatar.zones.get(one.name, ""),
            }
            for one in avatar.parameters
        ],
    }


def _access(one: AvatarParameter) -> str:
    words = ("read",) * one.is_readable + ("write",) * one.is_writable
    return "+".join(words) or "none"


def _typed(one: AvatarParameter, value: Value | None) -> Value | None:
    """The domain keeps every value as a number."""
    if value is None:
        return None
    return bool(value) if one.type == "bool" else int(value) if one.type == "int" else float(value)


AVATAR_REQUESTS = {"avatar": _avatar}
