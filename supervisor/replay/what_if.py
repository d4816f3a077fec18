"""`--with KEY=VALUE`: replays with another configuration."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from config.layers.environment import override_layers
from config.schema import Config, dump
from config.syntax.errors import LoadError
from config.syntax.node import plain
from supervisor.replay.reconstruct import Unreplayable


class Changes(msgspec.Struct, frozen=True):
    """New values by key, a path of names."""

    values: Mapping[tuple[str, ...], Any] = {}

    @property
    def sections(self) -> frozenset[str]:
        return frozenset(key[0] for key in self.values)

    def applied(self, sections: Mapping[str, Any]) -> dict[str, Any]:
        """The plain sections, by name, with the new values."""
        if not isinstance(sections, Mapping):
            raise TypeError("its sections are not a map")
        changed = dict(sections)
        for key, value in self.values.items():
            if key[0] in changed:
                changed[key[0]] = _put(changed[key[0]], key[1:], value)
        return changed


def parse(wishes: Iterable[str]) -> Changes:
    """The changes in `llm.temperature=0.9` and the like, read like `--set`. Raises Unreplayable for an unknown key."""
    values: dict[tuple[str, ...], Any] = {}
    known = dump(Config())
    for wish in wishes:
        try:
            (layer,) = override_layers((wish,), "--with")
        except LoadError as error:
            raise Unreplayable(f"--with {wish}: {error}") from None
        key: list[str] = []
        found: Any = known
        node = layer
        while isinstance(node.value, dict) and isinstance(found, Mapping):
            ((name, node),) = node.value.items()
            key.append(name)
            found = found.get(name, _MISSING)
        if found is _MISSING or len(key) < 2:
            raise Unreplayable(f"--with {wish}: there is no such key; `supervisor config show` lists them")
        values[tuple(key)] = plain(node)
    return Changes(values)


_MISSING: Any = object()


def _put(section: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    inner = section if isinstance(section, Mapping) else {}
    return {**inner, path[0]: _put(inner.get(path[0], {}), path[1:], value)}
