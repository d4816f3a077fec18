"""Says in plain words why a value is refused: what is wanted, in its unit and range, and what was given."""

from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from pydantic.fields import FieldInfo

from config.schema.walk import choices, extra, field_at, fields, names_at, range_words
from config.syntax.node import YamlNode, kind_of
from config.syntax.problem import Key
from config.syntax.suggest import closest, closest_key
from config.validation.secret_spans import must_hide

_YES_NO = dict.fromkeys(("yes", "on", "y", "1"), "true") | dict.fromkeys(("no", "off", "n", "0"), "false")
_NUMBERS = {"int_type": "a whole number", "float_type": "a number", "finite_number": "a finite number"}
_RANGES = frozenset(("greater_than", "greater_than_equal", "less_than", "less_than_equal"))
_OWN = frozenset(
    "size device repeated language regular_expression extra zone_of_event endpoint address count".split()
)
_PLAIN_WORDS = frozenset(("repeated", "extra"))
_SERVER_NAME = "must be a name in lower case such as groq"
_PATTERNS = {
    "pin": "must be thread, process, host:NAME or host:*",
    "api_url": "must be a URL such as https://api.vrchat.cloud/api/1",
    "pipeline_url": "must be a URL such as wss://pipeline.vrchat.cloud/",
    "contact": "must be an e-mail address or a URL without spaces",
    "base_url": "must be a URL such as http://127.0.0.1:11434/v1",
    "source": "must be none, screen, device or file:PATH",
    "database_url": "must be lmdb:// and a path",
    "name": _SERVER_NAME,
    "api_key_name": _SERVER_NAME,
    "routing_key": "must be the name of a message field, in lower case",
}


class Wording(NamedTuple):
    """What is wrong, and what to do about it."""

    message: str
    hint: str = ""


def unknown_key(key: Key) -> Wording:
    """An unknown key, with the one that was probably meant."""
    section, dot, name = str(key[0]).partition(".")
    if len(key) == 1 and dot and field_at((section, *name.split("."))) is not None:
        return Wording(
            "unknown key", f"Write it in its section: {section}: first, and {name}: indented below it."
        )
    meant = closest_key(key, names_at(key[:-1]), (path for path, _ in fields()))
    return Wording("unknown key", f"Did you mean '{meant}'?" if meant else _known(key[:-1]))


def refused(kind: str, message: str, key: Key, node: YamlNode, context: Mapping[str, Any]) -> Wording:
    """A refused value; `kind`, `message` and `context` are pydantic's. A secret's value is not mentioned."""
    field = field_at(key)
    given = "" if must_hide(key, node) else f", not {shown(node)}"
    if kind == "secret_type":
        return Wording("must be text", "Put it in quotes." if isinstance(node.value, int | float) else "")
    if words := choices(key):
        return _choice(words, node, given)
    if kind in _OWN:
        return Wording(message if kind in _PLAIN_WORDS else message + given)
    if kind == "bool_type":
        return Wording(f"must be true or false{given}", _switch(str(node.value).lower()))
    if kind in _NUMBERS or kind in _RANGES:
        return _number(_NUMBERS.get(kind) or _number_kind(field), field, node, given)
    return _other(kind, key, node, given, context)


def shown(node: YamlNode) -> str:
    """A value as a message shows it: short, and quoted if it is text."""
    value = node.value
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{value}'" if len(value) <= 24 else f"'{value[:12]}...'"
        case int() | float():
            return node.text[:40] if node.text else str(value)
        case _:
            return kind_of(value)


def _known(key: Key) -> str:
    names = names_at(key)
    return f"Known are {', '.join(names)}." if 0 < len(names) <= 24 else ""


def _choice(words: tuple[str, ...], node: YamlNode, given: str) -> Wording:
    meant = closest(node.value, words) if isinstance(node.value, str) else ""
    return Wording(f"must be one of {', '.join(words)}{given}", f"Did you mean '{meant}'?" if meant else "")


def _switch(word: str) -> str:
    if word in _YES_NO:
        return f"Write {_YES_NO[word]}."
    return "Remove the quotes." if word in ("true", "false") else ""


def _number(kind: str, field: FieldInfo | None, node: YamlNode, given: str) -> Wording:
    wanted = f"must be {kind}{_range(field)}{given}"
    quoted = isinstance(node.value, str) and node.text is None and _looks_like_number(node.value)
    return Wording(wanted, "Remove the quotes." if quoted else "")


def _other(kind: str, key: Key, node: YamlNode, given: str, context: Mapping[str, Any]) -> Wording:
    name = str(key[-1]) if key else ""
    if kind == "string_type":
        return Wording(
            f"must be text{given}", "Put it in quotes." if isinstance(node.value, int | float) else ""
        )
    if kind == "string_too_short":
        return Wording("must not be empty")
    if kind == "string_too_long":
        return Wording(f"must have at most {context.get('max_length')} characters")
    if kind == "string_pattern_mismatch" and name in _PATTERNS:
        return Wording(f"{_PATTERNS[name]}{given}")
    if kind == "string_pattern_mismatch" and "api_keys" in key:
        return Wording(_SERVER_NAME)
    if kind == "string_pattern_mismatch" and "labels" in key:
        return Wording(f"must be a word of small letters, digits, dots, dashes and underscores{given}")
    if kind == "string_pattern_mismatch" and key[:2] == ("hosts", "machines") and len(key) == 3:
        return Wording("is not a host's name", "A name has small letters, digits and dashes, at most 32.")
    if kind in ("too_long", "too_short"):
        most = context.get("max_length")
        return Wording(f"must have at most {most} entries" if most else "must not be empty")
    if kind == "string_pattern_mismatch" and "env" in key:
        return Wording("is not the name of an environment variable", "A name has letters, digits and _ only.")
    if kind == "string_pattern_mismatch":
        return Wording("is not an actor's address", "An address reads like speech.recognizer.")
    if kind == "tuple_type":
        return Wording(f"must be a list{given}", "Begin each item with '- ', or write [a, b].")
    return Wording(f"must be a mapping of names to values{given}", _known(key))


def _number_kind(field: FieldInfo | None) -> str:
    kinds = (field.annotation, *get_args(field.annotation)) if field is not None else ()
    return "a number" if float in kinds else "a whole number"


def _range(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    words, unit = range_words(field), extra(field, "unit")
    if not words:
        return f" of {unit}" if unit else ""
    lead = "" if words.startswith("above") else "of " if words.startswith("at ") else "from "
    return f" {lead}{words} {unit}".rstrip()


def _looks_like_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
