"""A configuration as a tree in which every value knows its layer, file, line and column; no repr shows a value."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from config.syntax.mask import conceal, continues_secret, printable
from config.syntax.problem import Key, Problem, Severity, dotted

Scalar: TypeAlias = str | int | float | bool | None

# The line breaks that libyaml counts.
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


# A longer line is not shown: looking for secrets in it would take too long.
LONGEST_LINE = 2000


class SourceText(msgspec.Struct, frozen=True, dict=True):
    """Where values come from: a layer's name, its file as shown to people, and its text.

    numbered: it has lines, unlike an environment variable or `--set`. interpolated: it knows `${NAME}`. bare: quotes do
    not tell text from numbers there, so the receiving field decides."""

    layer: str
    file: str
    text: str = ""
    numbered: bool = True
    interpolated: bool = False
    bare: bool = False

    def __repr__(self) -> str:
        return f"Source({self.layer!r}, {self.file!r})"

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(BREAK.split(self.text))

    def line(self, number: int) -> str:
        """The line with this number, from 1; empty if there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


class YamlNode(msgspec.Struct, frozen=True):
    """A value with its place. Lines and columns count from 1; a key line of 0: the value has no key.

    value: a scalar, a tuple of nodes or a mapping of names to nodes. text: the spelling of an unquoted scalar."""

    value: Scalar | tuple["YamlNode", ...] | Mapping[str, "YamlNode"]
    source: SourceText
    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0
    text: str | None = None

    def __repr__(self) -> str:
        return f"Node({self.kind} at {self.source.file}:{self.line}:{self.column})"

    @property
    def kind(self) -> str:
        """What the value is, in a person's words."""
        return kind_of(self.value)

    def children(self) -> Iterator[tuple[str | int, "YamlNode"]]:
        if isinstance(self.value, Mapping):
            yield from self.value.items()
        elif isinstance(self.value, tuple):
            yield from enumerate(self.value)


def kind_of(value: object) -> str:
    """A value's type in a person's words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case Mapping():
            return "a mapping"
        case _:
            return "a list"


def plain(node: YamlNode) -> Any:
    """The bare value: dictionaries, lists and scalars."""
    value = node.value
    if isinstance(value, Mapping):
        return {name: plain(child) for name, child in value.items()}
    if isinstance(value, tuple):
        return [plain(child) for child in value]
    return value


def find(node: YamlNode, key: Key) -> YamlNode | None:
    """The node at a key path, or None."""
    for part in key:
        if isinstance(node.value, Mapping) and part in node.value:
            node = node.value[str(part)]
        elif isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def nearest(node: YamlNode, key: Key) -> YamlNode:
    """The node at a key path or, if that was never written, the innermost one around it."""
    while key:
        if (found := find(node, key)) is not None:
            return found
        key = key[:-1]
    return node


def texts(node: YamlNode) -> Iterator[str]:
    """Every scalar at or below a node, as it was spelt: what must be masked when the node is a secret."""
    if isinstance(node.value, Mapping | tuple):
        for _, child in node.children():
            yield from texts(child)
    elif node.value is not None:
        yield node.text if node.text is not None else str(node.value)


def problem_at(
    node: YamlNode,
    key: Key,
    severity: Severity,
    message: str,
    *,
    hint: str = "",
    at_key: bool = False,
    token: str = "",
    secrets: frozenset[str] = frozenset(),
) -> Problem:
    """A problem at a node's value, at its key, or at `token` inside the value; `secrets` are masked everywhere."""
    line, column = (node.key_line, node.key_column) if at_key and node.key_line else (node.line, node.column)
    source_line = node.source.line(line)
    if len(source_line) > LONGEST_LINE or continues_secret(node.source.line(line - 1), source_line):
        source_line = ""
    if token and (found := source_line.find(token, column - 1)) >= 0:
        column = found + 1
    excerpt, caret = conceal(source_line, secrets, column)
    numbered = node.source.numbered
    return Problem(
        severity=severity,
        message=printable(conceal(message, secrets)[0]),
        key=printable(conceal(dotted(key), secrets)[0])[:200],
        section=str(key[0]) if key else "",
        layer=node.source.layer,
        file=node.source.file,
        line=line if numbered else 0,
        column=column if numbered else 0,
        hint=printable(conceal(hint, secrets)[0]),
        excerpt=excerpt,
        caret=caret if excerpt else 0,
        width=len(token) or _width(node, key, at_key, excerpt, caret),
    )


def _width(node: YamlNode, key: Key, at_key: bool, excerpt: str, caret: int) -> int:
    if at_key and key:
        name = str(key[-1])
        return len(name) if excerpt[caret - 1 :].startswith(name) else 1
    return len(node.text) if node.text and excerpt[caret - 1 :].startswith(node.text) else 1
