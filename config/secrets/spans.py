"""Where the values stand in the text of a secrets file, so that one can be exchanged and all the rest stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import yaml

from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Key
from config.syntax.yaml_reader import parse

__all__ = ["LAYER", "META", "Span", "replaced", "spans", "values"]

LAYER = "secrets"
META = "gerald_secrets"
MOST = 1000
_WHY = "Write the value itself, in each place."


class Span(NamedTuple):
    """A value: its key path, where its text begins and ends, and whether it is a block (| or >)."""

    key: Key
    start: int
    end: int
    block: bool


def values(source: SourceText) -> tuple[YamlNode, dict[Key, YamlNode]]:
    """The tree, and every value by key path, in order. Raises LoadError, for anchors and tags too."""
    tree = parse(source.text, source)
    found: dict[Key, YamlNode] = {}
    _collect(tree, (), found)
    if len(found) > MOST:
        raise refuse(source, f"holds more than {MOST} values")
    return tree, found


def spans(source: SourceText) -> tuple[Span, ...]:
    """Every value's place in the text, in order; of a text that `values` has taken."""
    found: list[Span] = []
    stack: list[list[object]] = []  # per collection: its path, and the name that waits for a value
    for event in _events(source):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or _tagged(event):
            message = "anchors, aliases and tags are not allowed in a file of secrets"
            raise _refused(source, event, message, _WHY)
        _check_outline(source, event, stack)
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            path = _path(stack)
            _advance(stack)
            stack.append([path, None if isinstance(event, yaml.MappingStartEvent) else 0, None])
        elif isinstance(event, yaml.ScalarEvent) and stack:
            top = stack[-1]
            if not isinstance(top[1], int) and top[1] is None:
                if event.value == "<<":
                    raise _refused(source, event, "'<<' is not allowed in a file of secrets", _WHY)
                top[1] = event.value
                continue
            assert event.start_mark is not None
            assert event.end_mark is not None
            block = event.style in ("|", ">")
            found.append(Span(_path(stack), event.start_mark.index, event.end_mark.index, block))
            _advance(stack)
    return tuple(found)


def _check_outline(source: SourceText, event: yaml.Event, stack: list[list[object]]) -> None:
    """The lock is written below the last line, so sections must be able to go on there."""
    if isinstance(event, yaml.DocumentEndEvent) and event.explicit:
        raise _refused(source, event, "nothing may follow '...', and the lock must", "Remove this line.")
    if not stack and isinstance(event, yaml.MappingStartEvent):
        assert event.start_mark is not None
        if event.flow_style:
            hint = "Write each section on lines of its own, without { and } around all."
            raise _refused(source, event, "the sections of a file of secrets cannot stand in braces", hint)
        if event.start_mark.column:
            raise _refused(source, event, "the sections must begin in the first column", "Remove the spaces.")


def _refused(source: SourceText, event: yaml.Event, message: str, hint: str) -> LoadError:
    mark = event.start_mark
    assert mark is not None
    return refuse(source, message, mark.line + 1, mark.column + 1, hint)


def _events(source: SourceText) -> Iterator[yaml.Event]:
    # libyaml, as everywhere else: its marks count characters too, and PyYAML's own parser knows another YAML.
    loader = yaml.CSafeLoader(source.text)
    try:
        while loader.check_event():
            event = loader.get_event()
            assert event is not None
            yield event
    except yaml.YAMLError:
        raise refuse(source, "not valid YAML") from None
    finally:
        loader.dispose()


def replaced(text: str, texts: Mapping[Key, str], places: Iterable[Span]) -> str:
    """The text with other texts at some places."""
    for span in reversed(tuple(places)):
        if span.key in texts:
            new = texts[span.key] + (
                "\n" if span.block and text[span.start : span.end].endswith("\n") else ""
            )
            space = " " if span.start == span.end and text[: span.start].endswith(":") else ""
            text = text[: span.start] + space + new + text[span.end :]
    return text


def _collect(node: YamlNode, key: Key, found: dict[Key, YamlNode]) -> None:
    if isinstance(node.value, Mapping | tuple):
        for name, child in node.children():
            _collect(child, (*key, name), found)
    elif key:
        found[key] = node


def _path(stack: list[list[object]]) -> Key:
    if not stack:
        return ()
    base, name, _ = stack[-1]
    assert isinstance(base, tuple)
    return (*base, name)


def _advance(stack: list[list[object]]) -> None:
    if stack:
        name = stack[-1][1]
        stack[-1][1] = name + 1 if isinstance(name, int) else None


def _tagged(event: yaml.Event) -> bool:
    tag = getattr(event, "tag", None)
    return tag not in (None, "!") and not isinstance(event, yaml.DocumentStartEvent)
