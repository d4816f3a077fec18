"""Runtime overrides that outlive a restart: `data/overrides.yaml`, written by `supervisor config set --save`."""

from collections.abc import Mapping
from typing import Any

from config.files import write_private
from config.home import Home
from config.syntax.problem import Key
from config.syntax.yaml_writer import yaml_text

HEAD = (
    "# Written by `supervisor config set --save`; `supervisor config unset KEY --save` takes a line away.\n"
)


def placed(plain: Mapping[str, Any], key: Key, value: Any) -> dict[str, Any]:
    """The overrides with one more value."""
    name, rest = str(key[0]), key[1:]
    under = plain.get(name)
    inner = placed(under if isinstance(under, Mapping) else {}, rest, value) if rest else value
    return {**plain, name: inner}


def removed(plain: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """The overrides without a key, and without mappings that are empty then."""
    name, rest = str(key[0]), key[1:]
    left = {other: value for other, value in plain.items() if other != name}
    under = plain.get(name)
    if rest and isinstance(under, Mapping) and (inner := removed(under, rest)):
        left[name] = inner
    return left


def write_overrides(home: Home, plain: Mapping[str, Any]) -> None:
    """Replace the file as a whole. Raises OSError."""
    body = yaml_text(plain) if plain else ""
    write_private(home.overrides_file, (HEAD + body).encode())
