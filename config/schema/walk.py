"""Finds the schema's description of a key: its field, its range, its neighbours, and whether it is secret."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.schema import PINNED, Config
from config.secret import Secret
from config.syntax.problem import Key


def field_at(key: Key) -> FieldInfo | None:
    """The field that holds the value at a key path; the items of a list or a mapping belong to its field."""
    return _descend(key)[1]


def names_at(key: Key) -> tuple[str, ...]:
    """The names that the section at a key path accepts; none if it is no section, or accepts any."""
    section = section_at(key)
    return tuple(section.model_fields) if section is not None else ()


def section_at(key: Key) -> type[BaseModel] | None:
    """The class of the section at a key path; None where there is a value, or nothing."""
    inner, _ = _descend(key)
    return inner if _is_section(inner) else None


def fields() -> Iterator[tuple[Key, FieldInfo]]:
    """Every key that holds a value, by path; the keys of an actor stand under `*`."""
    for key, section in sections():
        for name, field in section.model_fields.items():
            inner = _inner(field.annotation)
            if not _is_section(inner) and not (_is_mapping(inner) and _is_section(get_args(inner)[-1])):
                yield (*key, name), field


def sections() -> Iterator[tuple[Key, type[BaseModel]]]:
    """Every section with its path, the whole configuration first; that of an actor or of a list stands under `*`."""
    yield from _sections(Config, ())


def former_names(key: Key) -> Mapping[str, str]:
    """The old names of the keys of the section at a key path, and what they are called today."""
    section = section_at(key)
    named = section.model_fields.items() if section is not None else ()
    return {old: name for name, field in named if (old := extra(field, "formerly"))}


@cache
def vocabulary() -> frozenset[str]:
    """Every word of the schema itself: names of keys and sections, and the words that a key accepts."""
    words = {str(part) for key, _ in fields() for part in key} | set(PINNED)
    for key, field in fields():
        inner = _inner(field.annotation)
        words |= {str(word) for item in (inner, *get_args(inner)) for word in get_args(item)}
        words |= set(choices(key))
    return frozenset(words | {"true", "false", "null", "yes", "no", "on", "off", "none", "thread", "process"})


@cache
def secret_keys() -> frozenset[Key]:
    """The keys whose value is a secret."""
    return frozenset(key for key, field in fields() if _holds_secrets(field.annotation))


def is_secret(key: Key) -> bool:
    """Whether the value at or around a key path is a secret."""
    return any(key[: length + 1] in secret_keys() for length in range(len(key)))


def unset_secret(key: Key) -> str | None:
    """What it means that the optional secret at this key is not there; None if this is no optional secret."""
    whole, inside = key in secret_keys() and is_optional(key), key[:-1] in secret_keys()
    field = field_at(key) if whole or inside else None
    return None if field is None else extra(field, "unset")


def is_text(key: Key) -> bool:
    """Whether a key takes text only, so that `42` given without quotes by the environment is text too."""
    field = field_at(key)
    return (
        field is not None
        and bool(members := _members(field.annotation))
        and members <= {str, Secret, type(None)}
    )


def is_optional(key: Key) -> bool:
    """Whether a key may be left without a value."""
    field = field_at(key)
    return field is not None and type(None) in _members(field.annotation)


def is_mapping(key: Key) -> bool:
    """Whether a key takes a mapping of names of one's own."""
    return _is_mapping(_descend(key)[0])


def choices(key: Key) -> tuple[str, ...]:
    """The words that a key accepts, if they are a closed set."""
    inner, _ = _descend(key)
    return tuple(str(word) for word in get_args(inner)) if get_origin(inner) is Literal else ()


def extra(field: FieldInfo, name: str) -> str:
    """One of a field's own words: unit, reload, unset."""
    return str(field.json_schema_extra.get(name, "")) if isinstance(field.json_schema_extra, Mapping) else ""


def limits(field: FieldInfo) -> dict[str, float]:
    """The range of a field: ge, gt, le, lt, as far as it has them."""
    found: dict[str, float] = {}
    for constraint in field.metadata:
        for name in ("ge", "gt", "le", "lt"):
            if (bound := getattr(constraint, name, None)) is not None:
                found[name] = bound
    return found


def range_words(field: FieldInfo) -> str:
    """The range without its unit: `0 to 2`, `above 0 to 5`, `at least 1`, `at most 9`; "" for none."""
    bounds = limits(field)
    low = (
        f"above {_spelt(bounds['gt'])}" if "gt" in bounds else _spelt(bounds["ge"]) if "ge" in bounds else ""
    )
    high = _spelt(bounds["le"]) if "le" in bounds else ""
    return (
        f"{low} to {high}"
        if low and high
        else f"at least {low}"
        if low
        else f"at most {high}"
        if high
        else ""
    )


def _spelt(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


def _descend(key: Key) -> tuple[Any, FieldInfo | None]:
    inner: Any = Config
    field: FieldInfo | None = None
    for part in key:
        if _is_section(inner):
            field = inner.model_fields.get(part)
            if field is None:
                return None, None
            inner = _inner(field.annotation)
        elif get_origin(inner) is tuple or _is_mapping(inner):
            inner = _inner(get_args(inner)[-1 if _is_mapping(inner) else 0])
        else:
            return None, None
    return inner, field


def _inner(annotation: Any) -> Any:
    """An annotation without Annotated and Optional around it."""
    if get_origin(annotation) is Annotated:
        return _inner(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return _inner(members[0]) if len(members) == 1 else annotation
    return annotation


def _members(annotation: Any) -> frozenset[Any]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return frozenset().union(*(_members(member) for member in get_args(annotation)))
    return frozenset((annotation,))


def _is_section(inner: Any) -> bool:
    return isinstance(inner, type) and issubclass(inner, BaseModel)


def _is_mapping(inner: Any) -> bool:
    return get_origin(inner) is Mapping


def _sections(model: type[BaseModel], key: Key) -> Iterator[tuple[Key, type[BaseModel]]]:
    yield key, model
    for name, field in model.model_fields.items():
        inner = _inner(field.annotation)
        if _is_section(inner):
            yield from _sections(inner, (*key, name))
        elif _is_mapping(inner) and _is_section(_inner(get_args(inner)[-1])):
            yield from _sections(get_args(inner)[-1], (*key, name, "*"))
        elif get_origin(inner) is tuple and _is_section(_inner(get_args(inner)[0])):
            yield from _sections(get_args(inner)[0], (*key, name, "*"))


def _holds_secrets(annotation: Any) -> bool:
    inner = _inner(annotation)
    return Secret in _members(get_args(inner)[-1] if _is_mapping(inner) else annotation)
