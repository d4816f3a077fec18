"""The JSON Schema (2020-12) of config.yaml, by which editors complete keys and show what they mean."""

from typing import Any

from config.schema import Config
from config.schema.walk import extra, field_at, former_names, sections
from config.syntax.problem import Key
from config.tools.explain import applies, range_of

FILE = "config.schema.json"
REFERENCE = {
    "type": "string",
    "pattern": r"\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^{}]*)?\}",
    "description": "${NAME}",
}
_SIZE = {"type": "string", "pattern": r"^\s*\d+(\.\d+)?\s*([kKmMgGtT][iI]?[bB]?|[bB])?\s*$"}


def schema() -> dict[str, Any]:
    """The whole schema as plain data."""
    whole = Config.model_json_schema()
    parts = whole.pop("$defs")
    places: dict[str, list[Key]] = {}
    for key, section in sections():
        places.setdefault(section.__name__, []).append(key)
    for name, part in parts.items():
        if name not in places:  # no section, but a type: any JSON
            continue
        section_key = places[name][0]
        part.pop("title", None)
        part["properties"] = {
            own: _property(value, (*section_key, own)) for own, value in part.get("properties", {}).items()
        }
        if len(places[name]) > 1:  # it occurs several times, each with defaults of its own
            for value in part["properties"].values():
                value.pop("default", None)
        for old, today in former_names(section_key).items():
            part["properties"][old] = {"description": f"Called {today} today.", "deprecated": True}
        # A section whose every key is a comment is null for YAML.
        part["type"] = ["object", "null"]
    properties = {name: _section(value) for name, value in whole["properties"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Gerald's configuration",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": parts,
    }


def _section(value: dict[str, Any]) -> dict[str, Any]:
    value = {name: item for name, item in value.items() if name not in ("default", "title")}
    if "additionalProperties" in value or "patternProperties" in value:
        value |= {"type": ["object", "null"], "additionalProperties": False}
    return value


def _property(value: dict[str, Any], key: Key) -> dict[str, Any]:
    field = field_at(key)
    own = {
        name: item
        for name, item in value.items()
        if name not in ("title", "unit", "reload", "restarts", "unset", "formerly")
    }
    description = own.pop("description", "")
    default = own.pop("default", None)
    own.pop("writeOnly", None)
    if field is None or "$ref" in own:
        return {**own, "description": description}
    words = [
        description,
        *(part for part in (_sentence(range_of(field)), f"Applies {applies(field)}.") if part),
    ]
    if unset := extra(field, "unset"):
        words.append(f"null: {unset}.")
    choices = own.pop("anyOf", None) or [own]
    if extra(field, "unit") == "bytes":
        choices = [*choices, _SIZE]
    if not choices[0]:
        choices = [{"type": ["integer", "string", "null"]}]  # a device
    result: dict[str, Any] = {"description": " ".join(words), "anyOf": [*choices, REFERENCE]}
    if default is not None:
        result["default"] = default
    return result


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
