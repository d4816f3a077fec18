"""How the value of a key is asked for in a form, and what is typed there as `config set` takes it. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from config.schema.walk import choices, extra, field_at, is_mapping, is_optional, is_secret, limits
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, plain
from config.syntax.problem import Key
from config.syntax.yaml_reader import parse_value
from config.syntax.yaml_writer import yaml_text
from config.tools.explain import kind_of_field

Kind = Literal["switch", "choice", "number", "line", "text", "yaml", "secret"]
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_LONG = 60


class Field(msgspec.Struct, frozen=True):
    """A field of a form. choices: of a choice, "" among them for no value. low, high, step: of a number, "" for none.
    optional: it may be left empty, which is no value. empty: what an empty list or mapping is."""

    kind: Kind
    choices: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    step: str = "any"
    unit: str = ""
    optional: bool = False
    empty: str = ""


class NotYaml(ValueError):
    """What was typed as a list or mapping cannot be read; the text says where and why."""


def field_of(key: Key, value: Any = None) -> Field:
    """The field for the key, which the schema has. value: in force; a long text gets more room."""
    found = field_at(key)
    assert found is not None
    words, optional = kind_of_field(key, found), is_optional(key)
    if is_secret(key):
        return Field("secret", optional=optional)
    if choices(key):
        return Field("choice", (*([""] if optional else ()), *choices(key)), optional=optional)
    if words.startswith("true or false"):
        return Field("switch")
    if words.startswith(("a number", "a whole number")):
        bounds = limits(found)
        low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
        step = "1" if words.startswith("a whole") else "any"
        return Field("number", (), _spelt(low), _spelt(high), step, extra(found, "unit"), optional)
    if is_mapping(key) or words.startswith(("a list", "a mapping")):
        return Field("yaml", empty="{}" if is_mapping(key) else "[]", optional=optional)
    is_long = isinstance(value, str) and (len(value) > _LONG or "\n" in value)
    return Field("text" if is_long else "line", unit=extra(found, "unit"), optional=optional)


def shown_in(field: Field, value: Any) -> str:
    """The value in force as the field begins with it; "" for a secret."""
    if field.kind == "secret" or value is None:
        return ""
    if field.kind == "yaml":
        return yaml_text(value) if isinstance(value, Mapping) and value else _list_text(value, field)
    return value if isinstance(value, str) else json.dumps(value)


def as_written(key: Key, field: Field, typed: str) -> str:
    """What was typed into the field, as `supervisor config set` takes it. Raises NotYaml."""
    typed = typed.replace("\r\n", "\n")
    if field.kind == "switch":
        return "true" if typed else "false"
    if field.optional and not typed.strip():
        return "null"
    if field.kind == "choice":
        return json.dumps(typed, ensure_ascii=False)
    if field.kind == "yaml":
        return json.dumps(_parsed(typed.strip() or field.empty), ensure_ascii=False)
    if field.kind == "number" or (_NUMBER.fullmatch(typed.strip()) and not _takes_text_only(key)):
        return typed.strip() if _NUMBER.fullmatch(typed.strip()) else json.dumps(typed, ensure_ascii=False)
    return json.dumps(typed, ensure_ascii=False)


def _takes_text_only(key: Key) -> bool:
    """Unlike a size, which may be a number of bytes, or a device, which may be an index."""
    found = field_at(key)
    return found is not None and int not in {found.annotation, *get_args(found.annotation)}


def _parsed(text: str) -> Any:
    try:
        node = parse_value(text, SourceText("overrides", "what you typed", text))
    except LoadError as error:
        raise NotYaml("; ".join(str(problem) for problem in error.problems)) from None
    return plain(node) if node is not None else None


def _list_text(value: Any, field: Field) -> str:
    if not value:
        return field.empty
    return "".join(f"- {line}" for item in value for line in [yaml_item(item)])


def yaml_item(item: Any) -> str:
    """One item of a list, with its line break."""
    if isinstance(item, Mapping) and item:
        first, *rest = yaml_text(item).splitlines(keepends=True)
        return first + "".join(f"  {line}" for line in rest)
    return json.dumps(item, ensure_ascii=False) + "\n"


def _spelt(value: float | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:g}"
