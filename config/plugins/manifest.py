"""`gerald-plugin.toml`, which lies in a plugin's package: what its entry points cannot say, as data."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel

from config.files import read_limited
from config.plugins.errors import ManifestError

INTERFACE = 1
"""The version of what this Gerald offers to plugins."""

LARGEST = 64 * 1024

SettingType = Literal["bool", "int", "float", "text", "texts", "secret"]
SettingName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_TAKEN = ("key", "about", "place")
_PLAIN = {"bool": bool, "int": int, "float": float, "text": str, "texts": list}


class SettingDeclared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the plugin's own section. A secret has no default, everything else has one.

    at_least, at_most: for numbers. one_of: the only texts that are accepted. unit: what a number counts."""

    type: SettingType
    about: Sentence
    default: bool | int | float | str | tuple[str, ...] | None = None
    unit: Annotated[str, msgspec.Meta(max_length=20)] = ""
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()


class ActorDeclared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """parameters: what it is told of VRChat's (names and patterns as in SubscribeParameters). sense: it reports what
    happens in the world."""

    parameters: Annotated[tuple[Pattern, ...], msgspec.Meta(max_length=64)] = ()
    sense: bool = False


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """interface: the version that the plugin is written for. messages: the module of its messages, "" for none."""

    interface: int
    about: Sentence
    messages: Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z_]\w*(\.[A-Za-z_]\w*)*)?$", max_length=200)] = ""
    actors: Mapping[str, ActorDeclared] = {}
    settings: Annotated[Mapping[SettingName, SettingDeclared], msgspec.Meta(max_length=100)] = {}


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`. Raises ManifestError."""
    try:
        return parse_manifest(read_limited(path, LARGEST).decode("utf-8"))
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # of TOML, of UTF-8, of the fields
        raise ManifestError(f"{path}: {str(error).splitlines()[0]}") from None


def parse_manifest(text: str) -> Manifest:
    """The manifest in `text`. Raises ValueError, which says what is wrong with it."""
    found = tomllib.loads(text)
    if (interface := found.get("interface")) != INTERFACE:
        raise ValueError(f"it is written for interface {interface!r} of plugins; this Gerald has {INTERFACE}")
    manifest = msgspec.convert(found, Manifest)
    for name, setting in manifest.settings.items():
        if fault := _fault(name, setting):
            raise ValueError(f"settings.{name}: {fault}")
    return manifest


def _fault(name: str, setting: SettingDeclared) -> str:
    """What is wrong with a declared setting beyond its fields; "" for nothing."""
    default = setting.default
    if name.startswith("model_") or name in _TAKEN or hasattr(BaseModel, name):
        return "this name is taken by what every section has; choose another"
    if setting.type == "secret":
        return "a secret has no default" if default is not None else ""
    if default is None:
        return "it has no default"
    if not _is(default, setting.type):
        return f"its default is not of the type {setting.type}"
    numeric = setting.type in ("int", "float")
    if not numeric and (setting.at_least, setting.at_most) != (None, None):
        return "at_least and at_most are for numbers"
    if setting.one_of and setting.type != "text":
        return "one_of is for texts"
    if setting.one_of and default not in setting.one_of:
        return "its default is not in one_of"
    if numeric and not _is_within(default, setting):
        return "its default is out of its range"
    return ""


def _is(default: object, kind: str) -> bool:
    if isinstance(default, tuple):
        return kind == "texts"
    wanted = _PLAIN[kind]
    if wanted is float:
        return isinstance(default, int | float) and not isinstance(default, bool)
    return type(default) is wanted


def _is_within(default: object, setting: SettingDeclared) -> bool:
    assert isinstance(default, int | float)
    low, high = setting.at_least, setting.at_most
    return (low is None or default >= low) and (high is None or default <= high)
