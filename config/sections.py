"""Sections on their way to a running actor: plain data in which a secret is a reference, and sections again."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from config.layers.former_names import with_todays
from config.schema import Config, dump
from config.secret import RESOLVER, Secret
from config.syntax.mask import MASK
from config.syntax.problem import Key, dotted


def packed(config: Config, names: Iterable[str]) -> bytes:
    """These sections as JSON; no secret is in it."""
    whole = dump(config)
    return json.dumps({name: plain_at(whole, name) for name in names}, ensure_ascii=False).encode()


def unpacked(data: bytes, resolve: Callable[[str], str]) -> Mapping[str, Any]:
    """The sections by name. resolve: gives the text of the secret at a key; raises KeyError."""
    return from_plain(json.loads(data), resolve)


def from_plain(plain: Mapping[str, Any], resolve: Callable[[str], str]) -> dict[str, Any]:
    """The sections by name, from plain data by name. A plugin's own is named `plugins.NAME`. Raises ValueError."""
    config = Config.model_validate(with_todays(nested(plain)), context={RESOLVER: resolve})
    return {name: section(config, name) for name in plain}


def nested(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Sections by name as they stand in a configuration, with those of plugins below `plugins`."""
    found: dict[str, Any] = {name: value for name, value in plain.items() if "." not in name}
    for name, value in plain.items():
        group, dot, rest = name.partition(".")
        if dot:
            found[group] = {**found.get(group, {}), rest: value}
    return found


def section_of(key: Key) -> str:
    """The name of the section that holds a key, as actors are given it."""
    return dotted(key[:2] if key[0] == "plugins" and len(key) > 2 else key[:1])


def section(config: Config, name: str) -> Any:
    """The section of that name. Raises AttributeError."""
    found: Any = config
    for part in name.split("."):
        found = getattr(found, part)
    return found


def plain_at(plain: Mapping[str, Any], name: str) -> Any:
    """The section of that name in a configuration as plain data. Raises KeyError."""
    found: Any = plain
    for part in name.split("."):
        found = found[part]
    return found


def reveal(config: Config, key: str) -> str:
    """The text of the secret at a dotted key. Raises KeyError where there is none."""
    found = _at(config, tuple(key.split(".")))
    if not isinstance(found, Secret):
        raise KeyError(f"there is no secret at {key}")
    return found.reveal()


def shown_value(config: Config, key: Key) -> str:
    """The value at a key as a person may see it: as JSON, a secret masked."""
    found = _at(config, key)
    if isinstance(found, Secret):
        return MASK
    plain = dump(found) if isinstance(found, BaseModel) else found
    return json.dumps(plain, ensure_ascii=False, default=list)


def _at(config: Config, key: Key) -> Any:
    found: Any = config
    for part in key:
        found = found.get(part) if isinstance(found, Mapping) else getattr(found, str(part), None)
    return found
