"""Keys that had another name once: their old names are still read, in every layer, and said to be old."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from config.schema.walk import former_names
from config.syntax.node import YamlNode, problem_at
from config.syntax.problem import Key, Problem
from config.validation.secret_spans import hidden_texts


def renamed(layer: YamlNode) -> tuple[YamlNode, tuple[Problem, ...]]:
    """The layer with today's names, and a note for each former one; beside today's name a former one is ignored."""
    found = tuple(_old_names(layer, ()))
    if not found:
        return layer, ()
    hidden = hidden_texts(layer)
    notes = (
        problem_at(node, key, "note", said, hint=hint, at_key=True, secrets=hidden.around(node))
        for node, key, said, hint in found
    )
    return with_todays(layer), tuple(notes)


def _old_names(node: YamlNode, key: Key) -> Iterator[tuple[YamlNode, Key, str, str]]:
    """Each with its place, what to say of it, and what to do about it."""
    if not isinstance(node.value, Mapping):
        return
    former = former_names(key)
    for name, child in node.value.items():
        today = former.get(name)
        if today is not None:
            said = f"is ignored: {today} is here too" if today in node.value else f"is called {today} today"
            yield child, (*key, name), said, f"Write {today}."
        yield from _old_names(child, (*key, name))


def with_todays(value: Any, key: Key = ()) -> Any:
    """What is at a key path, as plain data or as a node, with today's names."""
    if isinstance(value, YamlNode):
        return msgspec.structs.replace(value, value=with_todays(value.value, key))
    if not isinstance(value, Mapping):
        return value
    former = former_names(key)
    return {
        former.get(name, name): with_todays(child, (*key, name))
        for name, child in value.items()
        if former.get(name) not in value
    }
