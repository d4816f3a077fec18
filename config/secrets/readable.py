"""Changes the readable text of a secrets file by one key. What comes out is read back before anybody gets it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from config.secrets.spans import LAYER, replaced, spans, values
from config.syntax.errors import LoadError
from config.syntax.node import BREAK, SourceText, YamlNode, find
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, dotted

__all__ = ["quoted", "with_value", "without_value"]

_FILE = "secrets.yaml"
_BY_HAND = "Use `supervisor secrets edit`."
# JSON leaves these as they are; YAML refuses them or takes them for the end of a line.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def quoted(value: Any) -> str:
    """A scalar as YAML on one line, which reads back as just this value."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def with_value(plain: str, key: Key, value: Any) -> str:
    """The readable text with one value more, or another one. Raises LoadError where it has no place."""
    source = SourceText(LAYER, _FILE, plain)
    tree, found = values(source)
    if key in found:
        text = replaced(plain, {key: quoted(value)}, spans(source))
    else:
        text = _added(plain, tree, key, quoted(value))
    return _read_back(text, {name: node.value for name, node in found.items()} | {key: value}, key)


def without_value(plain: str, key: Key) -> str:
    """The readable text without a key's lines, and without the headings that nothing stands below any more. Raises
    KeyError when there is no such key, LoadError when it cannot go by itself."""
    source = SourceText(LAYER, _FILE, plain)
    tree, found = values(source)
    if key not in found:
        raise KeyError(dotted(key))
    top = key
    while len(top) > 1 and _children(tree, top[:-1]) == 1:
        top = top[:-1]
    node = find(tree, top)
    assert node is not None
    own = [span for span in spans(source) if span.key[: len(top)] == top]
    start = _start_of(plain, node.key_line) if node.key_line else own[0].start
    end = own[-1].end if own[-1].block else _line_end(plain, own[-1].end)
    left = {name: other.value for name, other in found.items() if name != key}
    return _read_back(plain[:start] + plain[end:], left, key)


def _read_back(text: str, expected: Mapping[Key, Any], key: Key) -> str:
    source = SourceText(LAYER, _FILE, text)
    try:
        _, found = values(source)
    except LoadError:
        found = None
    if found is None or {name: _exact(node.value) for name, node in found.items()} != {
        name: _exact(value) for name, value in expected.items()
    }:
        raise refuse(
            SourceText(LAYER, _FILE),
            f"{dotted(key)} has no line of its own that could be changed",
            hint=_BY_HAND,
        )
    return text


def _exact(value: Any) -> tuple[type, str]:
    # repr: true is not 1, and nan is itself.
    return type(value), repr(value)


def _added(plain: str, tree: YamlNode, key: Key, text: str) -> str:
    """A new line in the deepest mapping that is there already."""
    node, depth = tree, 0
    while isinstance(node.value, Mapping) and depth < len(key) - 1 and str(key[depth]) in node.value:
        child = node.value[str(key[depth])]
        if not isinstance(child.value, Mapping) or not child.value:
            break
        node, depth = child, depth + 1
    at = _start_of(plain, node.line) if depth else len(plain)
    indent = node.column - 1 if depth else 0
    before = "\n" if at and plain[at - 1] not in "\r\n" else ""
    new = [
        f"{' ' * (indent + 2 * level)}{_name(str(name))}:"
        + (f" {text}\n" if depth + level == len(key) - 1 else "\n")
        for level, name in enumerate(key[depth:])
    ]
    return plain[:at] + before + "".join(new) + plain[at:]


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w.-]*", name) else quoted(name)


def _children(tree: YamlNode, key: Key) -> int:
    node = find(tree, key)
    return len(node.value) if node is not None and isinstance(node.value, Mapping | tuple) else 0


def _start_of(text: str, line: int) -> int:
    ends = [0, *(match.end() for match in BREAK.finditer(text))]
    return ends[line - 1]


def _line_end(text: str, at: int) -> int:
    match = BREAK.search(text, at)
    return match.end() if match else len(text)
