"""What differs between two configurations, and what a running bot must do about it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from config.schema import Config
from config.schema.walk import field_at
from config.syntax.problem import Key

EVERYTHING = "all"  # in place of an address: the whole of Gerald must be started again


def changed_keys(old: Config, new: Config) -> tuple[Key, ...]:
    """The keys whose values differ, in the schema's order; secrets are compared and never shown."""
    return tuple(_changed(old, new, ()))


def takes_over_live(key: Key) -> bool:
    """Whether a running actor takes a new value over without a restart."""
    return str(_extra(key).get("reload", "live")) == "live"


def restarts(keys: Iterable[Key]) -> tuple[str, ...]:
    """The actors that must be restarted for these keys to count; EVERYTHING where no single one can be."""
    found: dict[str, None] = {}
    for key in keys:
        if not takes_over_live(key):
            found.update(dict.fromkeys(_extra(key).get("restarts", ())))
    return tuple(found)


def _extra(key: Key) -> Mapping[str, Any]:
    field = field_at(key)
    extra = field.json_schema_extra if field is not None else None
    return extra if isinstance(extra, Mapping) else {}


def _changed(old: Any, new: Any, key: Key) -> Iterator[Key]:
    if old == new:
        return
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        for name in type(new).model_fields:
            yield from _changed(getattr(old, name), getattr(new, name), (*key, name))
    elif key == ("actors",):
        for address in dict.fromkeys((*old, *new)):
            yield from _of_actor(old.get(address), new.get(address), (*key, address))
    else:
        yield key


def _of_actor(old: Any, new: Any, key: Key) -> Iterator[Key]:
    plain = type(old if old is not None else new)()
    yield from _changed(old if old is not None else plain, new if new is not None else plain, key)
