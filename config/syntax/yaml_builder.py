"""Builds nodes from YAML events without recursion, so that every limit holds before anything large exists."""

from dataclasses import dataclass, field
from typing import NoReturn

import msgspec
import yaml

from config.syntax.node import Scalar, SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.scalar import resolve, resolve_tagged

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 5_000
MAX_ALIASES = 200
MAX_NAME = 200

_COLLECTION_TAGS = frozenset((None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"))


@dataclass(slots=True)
class _Open:
    """A collection that is still being read."""

    line: int
    column: int
    key_line: int
    key_column: int
    anchor: str | None
    counted_before: int
    entries: dict[str, YamlNode] | None = None
    items: list[YamlNode] = field(default_factory=list)
    merged: list[YamlNode] = field(default_factory=list)
    name: str | None = None
    name_line: int = 0
    name_column: int = 0
    height: int = 1
    merging: bool = False


class _Anchored(msgspec.Struct, frozen=True):
    node: YamlNode
    count: int
    height: int


class Builder:
    """Takes events in order; `root` is the document's value at their end. Raises LoadError where a rule is broken."""

    def __init__(self, source: SourceText) -> None:
        self.root: YamlNode | None = None
        self._source = source
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._count = 0
        self._aliases = 0
        self._documents = 0

    def event(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._refuse(
                        event,
                        "a second document begins here",
                        "Keep everything in one document: remove '---'.",
                    )

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._awaits_name():
            self._name(event)
        else:
            self._add(
                event, self._node(event, self._value(event), None if event.style else event.value), 1, 0
            )

    def _value(self, event: yaml.ScalarEvent) -> Scalar:
        if event.tag is None:
            return event.value if event.style else resolve(event.value)
        try:
            return resolve_tagged(event.value, event.tag)
        except ValueError as error:
            # A secret that begins with ! and has no quotes would be the tag.
            message = str(error).replace(f"the tag {event.tag}", "this tag")
            self._refuse(event, message, "Tags are not needed: quotes make text of anything.")

    def _name(self, event: yaml.ScalarEvent) -> None:
        top = self._open[-1]
        line, column = _place(event)
        if not event.style and event.value == "<<":
            top.merging = True
        elif not event.value:
            self._refuse(event, "a key is missing before ':'")
        elif len(event.value) > MAX_NAME:
            self._refuse(event, f"a key is longer than {MAX_NAME} characters")
        elif top.entries is not None and (first := top.entries.get(event.value)) is not None:
            self._refuse(
                event,
                f"{event.value!r} is given twice, first on line {first.key_line}",
                "Remove one of them.",
            )
        top.name, top.name_line, top.name_column = event.value, line, column

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if self._awaits_name():
            self._refuse(
                event,
                "a key must be one word, not a list or a mapping",
                "Quote a value that starts with [ or {.",
            )
        if event.tag not in _COLLECTION_TAGS:
            self._refuse(event, f"the tag {event.tag} is not allowed here", "Remove the tag.")
        if len(self._open) >= MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        top = self._open[-1] if self._open else None
        line, column = _place(event)
        self._open.append(
            _Open(
                line=line,
                column=column,
                key_line=top.name_line if top else 0,
                key_column=top.name_column if top else 0,
                anchor=event.anchor,
                counted_before=self._count,
                entries={} if isinstance(event, yaml.MappingStartEvent) else None,
            )
        )
        if event.anchor:
            self._anchors.pop(event.anchor, None)

    def _end(self) -> None:
        done = self._open.pop()
        if done.entries is None:
            value: tuple[YamlNode, ...] | dict[str, YamlNode] = tuple(done.items)
        else:
            value = done.entries
            for node in done.merged:
                assert isinstance(node.value, dict)
                value = {**node.value, **value}
        node = YamlNode(value, self._source, done.line, done.column, done.key_line, done.key_column)
        self._attach(node, done.anchor, self._count - done.counted_before + 1, done.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self._awaits_name():
            self._refuse(event, "a key must be one word, not an alias", "Quote a key that starts with *.")
        known = self._anchors.get(event.anchor or "")
        if known is None:
            hint = "Define it with & above, or put a value that starts with * in quotes."
            self._refuse(event, "this alias is not defined before this line", hint)
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._refuse(event, f"more than {MAX_ALIASES} aliases")
        node = self._node(event, known.node.value, known.node.text)
        self._add(event, node, known.count, known.height)

    def _add(self, event: yaml.NodeEvent, node: YamlNode, count: int, height: int) -> None:
        self._count += count - 1
        if len(self._open) + height > MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH} levels")
        anchor = None if isinstance(event, yaml.AliasEvent) else event.anchor
        self._attach(node, anchor, count, height)

    def _attach(self, node: YamlNode, anchor: str | None, count: int, height: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise refuse(self._source, f"more than {MAX_NODES} values", node.line, node.column)
        if anchor:
            self._anchors[anchor] = _Anchored(node, count, height)
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        top.height = max(top.height, height + 1)
        if top.entries is None:
            top.items.append(node)
        elif top.merging:
            top.merged.extend(self._bases(node))
        else:
            assert top.name is not None
            top.entries[top.name] = node
        top.name, top.merging, top.name_line, top.name_column = None, False, 0, 0

    def _bases(self, node: YamlNode) -> tuple[YamlNode, ...]:
        bases = node.value if isinstance(node.value, tuple) else (node,)
        for base in bases:
            if not isinstance(base.value, dict):
                raise refuse(self._source, "'<<' merges mappings only", base.line, base.column)
        return bases

    def _awaits_name(self) -> bool:
        return bool(self._open) and self._open[-1].entries is not None and self._open[-1].name is None

    def _node(self, event: yaml.NodeEvent, value: object, text: str | None) -> YamlNode:
        top = self._open[-1] if self._open else None
        line, column = _place(event)
        key_line, key_column = (top.name_line, top.name_column) if top else (0, 0)
        return YamlNode(value, self._source, line, column, key_line, key_column, text)  # type: ignore[arg-type]

    def _refuse(self, event: yaml.Event, message: str, hint: str = "") -> NoReturn:
        raise refuse(self._source, message, *_place(event), hint)


def _place(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    return event.start_mark.line + 1, event.start_mark.column + 1
