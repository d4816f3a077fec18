"""`--with KEY=VALUE`: what if the configuration had been another."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import yaml

from config.schema import Config, dump
from supervisor.replay.making import Unreplayable

__all__ = ["Changes", "parse"]


class Changes(msgspec.Struct, frozen=True):
    """Values by dotted key, as they should have been."""

    values: Mapping[tuple[str, ...], Any] = {}

    @property
    def sections(self) -> frozenset[str]:
        """The sections that are changed."""
        return frozenset(key[0] for key in self.values)

    def applied(self, sections: Mapping[str, Any]) -> dict[str, Any]:
        """Plain sections by name, with what is to be another in those that are there."""
        changed = dict(sections)
        for key, value in self.values.items():
            if key[0] in changed:
                changed[key[0]] = _put(changed[key[0]], key[1:], value)
        return changed


def parse(wishes: Iterable[str]) -> Changes:
    """The changes in `llm.temperature=0.9` and the like. Raises Unreplayable for what is no key of a configuration."""
    values: dict[tuple[str, ...], Any] = {}
    known = dump(Config())
    for wish in wishes:
        name, equals, text = wish.partition("=")
        key = tuple(name.strip().split("."))
        found: Any = known
        for part in key:
            found = found.get(part, _MISSING) if isinstance(found, Mapping) else _MISSING
        if not equals or len(key) < 2 or found is _MISSING:
            raise Unreplayable(
                f"--with {wish}: write KEY=VALUE, with a key that `supervisor config show` lists"
            )
        try:
            values[key] = yaml.safe_load(text)
        except yaml.YAMLError:
            raise Unreplayable(f"--with {wish}: the value is no YAML") from None
    return Changes(values)


_MISSING: Any = object()


def _put(section: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    return {**section, path[0]: _put(section.get(path[0], {}), path[1:], value)}
