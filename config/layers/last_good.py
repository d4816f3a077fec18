"""The last configuration that was good, kept so that a bad section falls back to what worked. Secrets are not in it."""

import json
import time
from collections.abc import Mapping
from typing import Any

import msgspec
import pydantic

from config.files import read_limited, write_private
from config.home import Home
from config.layers.former_names import with_todays
from config.schema import Config, dump
from config.secret import RESOLVER

_FORMAT = 1


class LastGood(msgspec.Struct, frozen=True):
    """Sections as plain data, and when they were good (epoch seconds)."""

    sections: Mapping[str, Any]
    at: float

    def config(self) -> Config | None:
        """All of it as a configuration without secrets; None if the schema has changed since."""
        return _valid(self.sections)

    def section(self, name: str) -> Mapping[str, Any] | None:
        """One section that still fits the schema; None if there is none."""
        plain = self.sections.get(name)
        if not isinstance(plain, Mapping) or _valid({name: plain}) is None:
            return None
        return plain


def write_last_good(home: Home, config: Config) -> None:
    """Remember a configuration that is in force. Raises OSError."""
    plain = _without_secrets(dump(config))
    write_private(
        home.last_good_file,
        json.dumps({"format": _FORMAT, "at": time.time(), "sections": plain}, ensure_ascii=False).encode(),
    )


def read_last_good(home: Home) -> LastGood | None:
    """What was remembered; None if there is nothing of use."""
    try:
        found = json.loads(read_limited(home.last_good_file, 1 << 20))
        if found["format"] != _FORMAT or not isinstance(found["sections"], dict):
            return None
        return LastGood(with_todays(found["sections"]), float(found["at"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _valid(sections: Mapping[str, Any]) -> Config | None:
    try:
        return Config.model_validate(dict(sections), context={RESOLVER: lambda _: ""})
    except pydantic.ValidationError:
        return None


def _without_secrets(plain: Any) -> Any:
    if isinstance(plain, Mapping):
        return {
            name: None if isinstance(value, Mapping) and set(value) == {"secret"} else _without_secrets(value)
            for name, value in plain.items()
        }
    return plain
