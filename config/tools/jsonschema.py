"""The JSON Schema (2020-12) of config.yaml, by which editors complete keys and show what they mean."""

from typing import Any

from config.schema import Config
from config.schema.walk import extra, field_at
from config.tools.explain import applies, range_of

__all__ = ["FILE", "schema"]

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
    for name, part in parts.items():
        part.pop("title", None)
        part["properties"] = {
            key: _property(value, _path(name, key)) for key, value in part.get("properties", {}).items()
        }
        if name in _OWN_DEFAULTS:
            for value in part["properties"].values():
                value.pop("default", None)
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


_SECTIONS = {
    "LocalLlm": ("llm", "local"),
    "ActorSettings": ("actors", "llm.local"),
    "StoragePolicies": ("storage", "domains"),
    "StoragePolicy": ("storage", "domains", "users"),
    "ComputerVision": ("computer_vision",),
    "Tracing": ("trace",),
    "VRChat": ("vrchat",),
}


# Sections that occur several times, each with defaults of its own.
_OWN_DEFAULTS = ("StoragePolicy",)


def _path(model: str, key: str) -> tuple[str, ...]:
    return (*_SECTIONS.get(model, (model.lower(),)), key)


def _section(value: dict[str, Any]) -> dict[str, Any]:
    value = {name: item for name, item in value.items() if name not in ("default", "title")}
    if "additionalProperties" in value or "patternProperties" in value:
        value |= {"type": ["object", "null"], "additionalProperties": False}
    return value


def _property(value: dict[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    field = field_at(key)
    own = {
        name: item
        for name, item in value.items()
        if name not in ("title", "unit", "reload", "restarts", "unset")
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
