"""Keys and their values as the page shows them. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from config.schema import Config
from config.schema.walk import choices, extra, field_at, is_secret
from config.syntax.problem import Key
from config.tools.explain import applies, default_of, kind_of_field, range_of
from config.tools.forms import Field, field_of, shown_in

SHORT = 80
LAYERS = {
    "defaults": "the default",
    "config": "config.yaml",
    "environment": "the environment",
    "secrets": "the secrets file",
    "persona": "the persona",
    "overrides": "an override",
    "profile": "the profile",
}


class SettingRow(msgspec.Struct, frozen=True):
    """A key in a list. is_set: a layer above the defaults has it. query: what names it in an address. range: with its
    unit, or the words that it may be."""

    key: str
    section: str
    query: str
    value: str
    default: str
    layer: str
    is_set: bool
    range: str
    meaning: str
    applies: str
    is_secret: bool


class SettingView(msgspec.Struct, frozen=True):
    """One key. about: terms and what they are. field: of its form, which begins with `typed`. lost: values that are
    overridden, with their places. names: of a mapping of secrets."""

    key: str
    section: str
    section_query: str
    meaning: str
    value: str
    about: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]
    field: Field
    typed: str
    is_secret: bool
    is_mapping: bool
    is_there: bool
    names: tuple[str, ...]
    runtime: bool
    saved: bool


class SectionRow(msgspec.Struct, frozen=True):
    """A section: how many keys it has, and how many are set."""

    name: str
    query: str
    about: str
    keys: int
    set: int


def rows_of(values: Iterable[Mapping[str, Any]]) -> tuple[SettingRow, ...]:
    """values: of what the request `config-values` answers."""
    return tuple(row_of(one) for one in values if field_at(tuple(one["parts"])) is not None)


def row_of(one: Mapping[str, Any]) -> SettingRow:
    """One key, which the schema has."""
    key: Key = tuple(one["parts"])
    field = field_at(key)
    assert field is not None
    return SettingRow(
        one["key"],
        str(key[0]),
        urlencode({"key": one["key"]}),
        in_short(key, one["value"]),
        in_short(key, default_of(key, field)),
        LAYERS.get(one["layer"], one["layer"]),
        one["layer"] != "defaults",
        ", ".join(choices(key)) or range_of(field),
        field.description or "",
        applies(field),
        is_secret(key),
    )


def found_in(rows: Sequence[SettingRow], search: str, *, only_set: bool = False) -> tuple[SettingRow, ...]:
    """Those that have every word of the search in their key or meaning, those with it in the key first."""
    words = search.casefold().split()
    found = [
        row
        for row in rows
        if (row.is_set or not only_set)
        and all(word in row.key.casefold() or word in row.meaning.casefold() for word in words)
    ]
    return tuple(sorted(found, key=lambda row: not all(word in row.key.casefold() for word in words)))


def sections_of(rows: Sequence[SettingRow]) -> tuple[SectionRow, ...]:
    """Every section of the schema, in its order."""
    counted = {name: [row for row in rows if row.section == name] for name in Config.model_fields}
    return tuple(
        SectionRow(
            name,
            urlencode({"name": name}),
            Config.model_fields[name].description or "",
            len(own),
            sum(row.is_set for row in own),
        )
        for name, own in counted.items()
    )


def setting_view(one: Mapping[str, Any]) -> SettingView:
    """One key with everything about it."""
    key: Key = tuple(one["parts"])
    found = field_at(key)
    assert found is not None
    field, value, secret = field_of(key, one["value"]), one["value"], is_secret(key)
    words = ", ".join(choices(key))
    about = (
        ("In force", in_short(key, value, whole=True)),
        ("From", one["place"]),
        ("Type", kind_of_field(key, found)),
        ("Range", range_of(found)),
        ("Choices", words),
        ("Default", in_short(key, default_of(key, found), whole=True)),
        ("No value means", extra(found, "unset")),
        ("Applies", applies(found)),
    )
    return SettingView(
        one["key"],
        str(key[0]),
        urlencode({"name": key[0]}),
        found.description or "",
        in_short(key, value),
        tuple((term, said) for term, said in about if said),
        tuple((in_short(key, lost), place) for lost, place in one["lost"]),
        field,
        shown_in(field, value),
        secret,
        secret and isinstance(value, Mapping),
        bool(value),
        tuple(value) if secret and isinstance(value, Mapping) else (),
        one["runtime"],
        one["saved"],
    )


def in_short(key: Key, value: Any, *, whole: bool = False) -> str:
    """A value on one line; of a secret only whether it is set."""
    if is_secret(key):
        names = f" for {', '.join(value)}" if isinstance(value, Mapping) and value else ""
        return f"set{names}" if value else "not set"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if whole or len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def told(ended: Mapping[str, Any]) -> str:
    """What came of a change, in sentences."""
    if ended["outcome"] == "unchanged":
        said = [f"nothing has changed; version {ended['version']} is in force"]
    else:
        said = [f"version {ended['version']} is in force: {', '.join(ended['changed'])}"]
    if ended["restarted"]:
        said.append(f"being started again for it: {', '.join(ended['restarted'])}")
    if ended["pending"]:
        said.append(f"waits until Gerald is started again: {', '.join(ended['pending'])}")
    if ended.get("saved"):
        said.append(f"saved in {ended['saved']}")
    return "\n".join(said)
