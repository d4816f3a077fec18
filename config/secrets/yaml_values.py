"""The values of a secrets file's text, and their places: everything else stays byte for byte.

ruamel.yaml changes indentation, quotes, spaces, CRLF, BOM and the file's end (0.19), so this replaces a value between
libyaml's marks."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import yaml

from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Key
from config.syntax.yaml_reader import parse

LAYER = "secrets"
METADATA = "gerald_secrets"
MOST = 1000
_PLAIN_ONLY = "Write the value itself, in each place."


class ValueSpan(NamedTuple):
    """Where a value begins and ends in the text; block: it is written with | or >."""

    start: int
    end: int
    block: bool


class YamlValues(msgspec.Struct, frozen=True):
    """A text's tree, and its values by key path, in the order of the text."""

    source: SourceText
    tree: YamlNode
    nodes: Mapping[Key, YamlNode]
    spans: Mapping[Key, ValueSpan]

    def replaced(self, texts: Mapping[Key, str]) -> str:
        """The text with other texts in the place of some values."""
        text = self.source.text
        for key, (start, end, block) in reversed(tuple(self.spans.items())):
            if key in texts:
                space = " " if start == end and text[:start].endswith((":", "-")) else ""
                line_break = "\n" if block and text[start:end].endswith("\n") else ""
                text = text[:start] + space + texts[key] + line_break + text[end:]
        return text


def read_values(text: str, shown: str = "secrets.yaml") -> YamlValues:
    """Raises LoadError for a text that is not YAML, has anchors, aliases, tags, merge keys or too many values, or
    a layout that METADATA cannot follow."""
    source = SourceText(LAYER, shown, text)
    tree = parse(text, source)
    nodes = dict(_scalars(tree, ()))
    if len(nodes) > MOST:
        raise refuse(source, f"holds more than {MOST} values")
    at = {(node.line, node.column): key for key, node in nodes.items()}
    spans: dict[Key, ValueSpan] = {}
    outermost = True
    # libyaml, as everywhere else: PyYAML's own parser reads another YAML.
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        _check(source, event, outermost)
        outermost = outermost and not isinstance(event, yaml.CollectionStartEvent)
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.ScalarEvent):
            key = at.pop(_place(event), None)
            if key is not None:
                spans[key] = ValueSpan(start.index, end.index, event.style in ("|", ">"))
            elif event.value == "<<":
                raise _refused(source, event, "'<<' is not allowed in a file of secrets", _PLAIN_ONLY)
    return YamlValues(source, tree, nodes, spans)


def _check(source: SourceText, event: Any, outermost: bool) -> None:
    if getattr(event, "anchor", None) or getattr(event, "tag", None) not in (None, "!"):
        message = "anchors, aliases and tags are not allowed in a file of secrets"
        raise _refused(source, event, message, _PLAIN_ONLY)
    if isinstance(event, yaml.DocumentEndEvent) and event.explicit:
        raise _refused(source, event, "nothing may follow '...', and the lock must", "Remove this line.")
    if outermost and isinstance(event, yaml.MappingStartEvent):
        if event.flow_style:
            hint = "Write each section on lines of its own, without { and } around all."
            raise _refused(source, event, "the sections of a file of secrets cannot stand in braces", hint)
        if _place(event)[1] > 1:
            raise _refused(source, event, "the sections must begin in the first column", "Remove the spaces.")


def _refused(source: SourceText, event: Any, message: str, hint: str) -> LoadError:
    return refuse(source, message, *_place(event), hint)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalars(node: YamlNode, key: Key) -> Iterator[tuple[Key, YamlNode]]:
    if isinstance(node.value, Mapping | tuple):
        for name, child in node.children():
            yield from _scalars(child, (*key, name))
    elif key:
        yield key, node
