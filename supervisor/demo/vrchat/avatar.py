"""An avatar of the game: what it has, and how VRChat tells of it in a file and by OSCQuery; pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from actors.osc.messages import AvatarParameter
from actors.osc.parameters import BUILT_IN, PREFIX, READ_ONLY

Value = bool | int | float
_OSC = {"bool": "T", "int": "i", "float": "f"}
_INTS = (
    "GestureLeft",
    "GestureRight",
    "VRCEmote",
    "Viseme",
    "PreviewMode",
    "TrackingType",
    "VRMode",
    "AvatarVersion",
)
_BOOLS = (
    "Grounded", "Seated", "InStation", "AFK", "MuteSelf", "Earmuffs", "IsLocal", "IsOnFriendsList", "IsAnimatorEnabled",
    "ScaleModified",
)  # fmt: skip


class GameAvatar(msgspec.Struct, frozen=True):
    """avatar_id: `avtr_...`, or `local:...` for one in the making, of which there is no file."""

    avatar_id: str
    name: str
    own: tuple[AvatarParameter, ...] = ()

    @property
    def parameters(self) -> Mapping[str, AvatarParameter]:
        """The game's own ones and the avatar's, by name."""
        return {one.name: one for one in (*_BUILT_IN, *self.own)}


def _built_in(name: str) -> AvatarParameter:
    kind: Any = "int" if name in _INTS else "bool" if name in _BOOLS else "float"
    return AvatarParameter(name, kind, True, name not in READ_ONLY)


_BUILT_IN = tuple(_built_in(name) for name in sorted(BUILT_IN))

FOX = GameAvatar(
    "avtr_f0f0f0f0-0000-4000-8000-0000000000f0",
    "Fox",
    (
        AvatarParameter("GeraldStop", "bool", True, True),
        AvatarParameter("HandPose", "int", True, True),
        AvatarParameter("HeadPat", "bool", True, False),
        AvatarParameter("Smile", "float", True, True),
        AvatarParameter("Tail_IsGrabbed", "bool", True, False),
        AvatarParameter("Tail_Stretch", "float", True, False),
    ),
)
CRATE = GameAvatar("avtr_c0c0c0c0-0000-4000-8000-0000000000c0", "Crate")
AVATARS: Mapping[str, GameAvatar] = {one.avatar_id: one for one in (FOX, CRATE)}


def neutral(one: AvatarParameter) -> Value:
    """What a parameter is before anybody has set it."""
    return {"bool": False, "int": 0, "float": 0.0}[one.type]


def file_of(avatar: GameAvatar) -> bytes:
    """The file that VRChat writes of an avatar when it loads it first: with a byte order mark."""
    entries = []
    for one in avatar.parameters.values():
        end = {"address": PREFIX + one.name, "type": one.type.capitalize()}
        entries.append({"name": one.name, **({"input": end} if one.is_writable else {}), "output": end})
    told = {"id": avatar.avatar_id, "name": avatar.name, "parameters": entries}
    return b"\xef\xbb\xbf" + msgspec.json.encode(told)


def tree_of(avatar: GameAvatar, values: Mapping[str, Value]) -> dict[str, Any]:
    """What OSCQuery tells at /avatar."""
    parameters: dict[str, Any] = {"FULL_PATH": "/avatar/parameters", "ACCESS": 0, "CONTENTS": {}}
    for one in avatar.parameters.values():
        node = parameters
        for part in one.name.split("/"):
            path = f"{node['FULL_PATH']}/{part}"
            node = node.setdefault("CONTENTS", {}).setdefault(part, {"FULL_PATH": path, "ACCESS": 0})
        access = one.is_readable + 2 * one.is_writable
        node |= {"TYPE": _OSC[one.type], "ACCESS": access, "VALUE": [values.get(one.name, neutral(one))]}
    change = {"FULL_PATH": "/avatar/change", "ACCESS": 3, "TYPE": "s", "VALUE": [avatar.avatar_id]}
    contents = {"change": change, "parameters": parameters}
    return {"FULL_PATH": "/avatar", "ACCESS": 0, "CONTENTS": contents}
