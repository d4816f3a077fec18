"""The file that VRChat writes for each avatar, OSC/{user}/Avatars/{avatar}.json: where it is, and what it says."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from actors.osc.messages import AvatarParameter
from actors.osc.parameters import MAX_NAME, PREFIX, written
from config.files import read_limited

MOST_BYTES = 4 << 20
MOST_PARAMETERS = 8192
MOST_USERS = 64
_ID = re.compile(r"avtr_[A-Za-z0-9_-]{1,100}")
_TYPES: Mapping[str, Literal["bool", "int", "float"]] = {"bool": "bool", "int": "int", "float": "float"}


class BadAvatarFile(Exception):
    """The file is none of VRChat's; the text says what is wrong with it."""


def find(folders: Iterable[Path], avatar_id: str) -> Path | None:
    """The newest file of this avatar in VRChat's folders OSC; None without one. Raises OSError."""
    if not _ID.fullmatch(
        avatar_id
    ):  # an avatar in the making has no file, and nothing else may become a path
        return None
    found = []
    for folder in folders:
        users = sorted(folder.glob("usr_*"))[:MOST_USERS] if folder.is_dir() else ()
        found += [path for user in users if (path := user / "Avatars" / f"{avatar_id}.json").is_file()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def read(path: Path, avatar_id: str) -> tuple[AvatarParameter, ...]:
    """The avatar's parameters by name. Raises OSError and BadAvatarFile."""
    return parameters(read_limited(path, MOST_BYTES), avatar_id)


def parameters(data: bytes, avatar_id: str) -> tuple[AvatarParameter, ...]:
    """What a file says. Entries of another form are left out. Raises BadAvatarFile."""
    try:
        told = msgspec.json.decode(data.decode("utf-8-sig"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadAvatarFile(f"it is no JSON: {error}") from None
    if not isinstance(told, dict) or not isinstance(entries := told.get("parameters"), list):
        raise BadAvatarFile("it has no list of parameters")
    if told.get("id") != avatar_id:
        raise BadAvatarFile("it is another avatar's")
    if len(entries) > MOST_PARAMETERS:
        raise BadAvatarFile(f"it has more than {MOST_PARAMETERS} parameters")
    found = {one.name: one for one in map(_parameter, entries) if one is not None}
    return tuple(found[name] for name in sorted(found))


def _parameter(entry: Any) -> AvatarParameter | None:
    """Without `input` only the game writes it. Who has given it an address of their own is not written to either."""
    if not isinstance(entry, dict):
        return None
    takes, tells = _end(entry.get("input")), _end(entry.get("output"))
    name, kind = takes or tells or ("", None)
    if kind is None or not 0 < len(name) <= MAX_NAME or not name.isprintable():
        return None
    return AvatarParameter(name, kind, tells is not None, takes is not None and written(name) is not None)


def _end(end: Any) -> tuple[str, Literal["bool", "int", "float"]] | None:
    """Name and type of an input or output at the usual address."""
    if not isinstance(end, dict):
        return None
    address, kind = end.get("address"), end.get("type")
    if not isinstance(address, str) or not isinstance(kind, str) or not address.startswith(PREFIX):
        return None
    known = _TYPES.get(kind.strip().lower())
    return (address.removeprefix(PREFIX), known) if known is not None else None
