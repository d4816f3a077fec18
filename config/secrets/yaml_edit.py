"""Changes one key of a readable text, whose other lines stay as they are."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from config.secrets.yaml_values import LAYER, YamlValues, read_values
from config.syntax.errors import LoadError
from config.syntax.node import BREAK, SourceText, find
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, dotted

# JSON leaves these as they are; YAML refuses them or takes them for the end of a line.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def quoted(value: Any) -> str:
    """A scalar as YAML on one line, which reads back as just this value."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def with_value(plain: str, key: Key, value: Any) -> str:
    """The text with a value added or replaced. Raises LoadError when it has no place."""
    values = read_values(plain)
    text = quoted(value)
    changed = values.replaced({key: text}) if key in values.nodes else _added(values, key, text)
    return _checked(changed, key, _quoted_values(values) | {key: text})


def without_value(plain: str, key: Key) -> str:
    """The text without a key's lines and empty headings. Raises KeyError, and LoadError if it shares its lines."""
    values = read_values(plain)
    if key not in values.nodes:
        raise KeyError(dotted(key))
    node, above = values.nodes[key], key[:-1]
    while (parent := find(values.tree, above)) and above and len(list(parent.children())) == 1:
        node, above = parent, above[:-1]
    start, span = _line_start(plain, node.key_line or node.line), values.spans[key]
    line_break = None if span.block else BREAK.search(plain, span.end)
    end = span.end if span.block else line_break.end() if line_break else len(plain)
    left = _quoted_values(values)
    del left[key]
    return _checked(plain[:start] + plain[end:], key, left)


def _quoted_values(values: YamlValues) -> dict[Key, str]:
    return {key: quoted(node.value) for key, node in values.nodes.items()}


def _checked(text: str, key: Key, expected: Mapping[Key, str]) -> str:
    try:
        if _quoted_values(read_values(text)) == expected:
            return text
    except LoadError:
        pass
    message = f"{dotted(key)} has no line of its own that could be changed"
    raise refuse(SourceText(LAYER, "secrets.yaml"), message, hint="Use `supervisor secrets edit`.")


def _added(values: YamlValues, key: Key, text: str) -> str:
    """A new line at the top of the deepest mapping that is there already."""
    plain, parent, depth = values.source.text, values.tree, 0
    for part in key[:-1]:
        child = find(parent, (part,))
        if child is None or not isinstance(child.value, Mapping) or not child.value:
            break
        parent, depth = child, depth + 1
    at, indent = (_line_start(plain, parent.line), parent.column - 1) if depth else (len(plain), 0)
    headings = "\n".join(
        " " * (indent + 2 * level) + _name(str(part)) + ":" for level, part in enumerate(key[depth:])
    )
    before = "\n" if at and plain[at - 1] not in "\r\n" else ""
    return f"{plain[:at]}{before}{headings} {text}\n{plain[at:]}"


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w.-]*", name) else quoted(name)


def _line_start(text: str, line: int) -> int:
    return [0, *(match.end() for match in BREAK.finditer(text))][line - 1]
