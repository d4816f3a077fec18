"""Sections on their way to a running actor: plain data in which a secret is a reference, and sections again."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from config.layers.former_names import with_todays
from config.schema import Config, dump
from config.secret import RESOLVER, Secret
from config.syntax.mask import MASK
from config.syntax.problem import Key


def packed(config: Config, names: Iterable[str]) -> bytes:
    """These sections as JSON; no secret is in it."""
    whole = dump(config)
    return json.dumps({name: whole[name] for name in names}, ensure_ascii=False).encode()


def unpacked(data: bytes, resolve: Callable[[str], str]) -> Mapping[str, Any]:
    """The sections by name. resolve: gives the text of the secret at a key; raises KeyError."""
    plain = with_todays(json.loads(data))
    config = Config.model_validate(plain, context={RESOLVER: resolve})
    return {name: getattr(config, name) for name in plain}


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
