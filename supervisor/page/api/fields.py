"""What an operation of the API takes, checked before the instance is asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["string", "integer", "boolean", "object", "scalar"]
LONG = 4000
"""Characters of what is said."""


class BadRequest(Exception):
    """A request that makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """most: the greatest length of a string, or the greatest number. choices: what a string may be; () for anything."""

    name: str
    about: str
    kind: Kind = "string"
    place: Literal["path", "query", "body"] = "body"
    required: bool = False
    most: int = 200
    choices: tuple[str, ...] = ()


def given(fields: Sequence[Field], places: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values by name. places: what came, by the place where it stood. Raises BadRequest."""
    for place, values in places.items():
        known = [field.name for field in fields if field.place == place]
        if unknown := sorted(set(values) - set(known)):
            taken = f"it takes {', '.join(known)}" if known else "it takes nothing there"
            raise BadRequest(f"unknown in the {place}: {', '.join(unknown)[:200]}; {taken}")
    found = {}
    for field in fields:
        value = places.get(field.place, {}).get(field.name)
        if value is not None:
            found[field.name] = _checked(field, value)
        elif field.required:
            raise BadRequest(f"{field.name} is missing in the {field.place}")
    return found


def _checked(field: Field, value: Any) -> Any:
    if field.kind == "integer":
        return _whole(field, value)
    if field.kind == "scalar":
        return _scalar(field, value)
    wanted = {"string": str, "boolean": bool, "object": dict}[field.kind]
    if not isinstance(value, wanted):
        raise BadRequest(f"{field.name} must be of type {field.kind}")
    if isinstance(value, str):
        _check_text(field, value)
    return value


def _whole(field: Field, value: Any) -> int:
    text = value if field.place == "query" else None
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 16:
        value = int(text)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= field.most:
        raise BadRequest(f"{field.name} must be a whole number from 0 to {field.most}")
    return value


def _scalar(field: Field, value: Any) -> str:
    """As it is written in a file of configuration."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise BadRequest(f"{field.name} must be text, a number, true or false")
    text = str(value)
    _check_text(field, text)
    return text


def _check_text(field: Field, text: str) -> None:
    if not text.strip() and field.required:
        raise BadRequest(f"{field.name} is empty")
    if len(text) > field.most:
        raise BadRequest(f"{field.name} has {len(text)} characters, at most {field.most}")
    if field.choices and text not in field.choices:
        raise BadRequest(f"{field.name} must be one of {', '.join(field.choices)}")
