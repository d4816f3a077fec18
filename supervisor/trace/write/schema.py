"""JSON schemas for viewers, which fail on references, choices and lists of lists: every field has one plain `type`,
every object has `properties`."""

from functools import cache
from typing import Any

import msgspec

from actors.kernel.message import Message
from supervisor.trace.records import HandledLine

ANYTHING: dict[str, Any] = {"type": "object", "properties": {}}
REFERENCED_BYTES = {
    "type": "object",
    "properties": {"bytes": {"type": "integer"}, "blake2b": {"type": "string"}, "base64": {"type": "string"}},
}
NUMERIC = frozenset({"boolean", "integer", "number"})
_TYPE_OF = {bool: "boolean", int: "integer", float: "number", str: "string"}


@cache
def handled_schema(message: type[Message]) -> bytes:
    """The schema of a handled `message` within its record."""
    schema = flat_schema(HandledLine)
    schema["title"] = message.__name__
    schema["properties"]["message"] = flat_schema(message)
    return msgspec.json.encode(schema)


@cache
def line_schema(line: type[msgspec.Struct]) -> bytes:
    """The schema of another kind of line."""
    return msgspec.json.encode(flat_schema(line))


def flat_schema(cls: type[msgspec.Struct]) -> dict[str, Any]:
    """msgspec's schema of `cls`, with references resolved and choices reduced to one type."""
    try:
        (root,), definitions = msgspec.json.schema_components([cls])
    except TypeError:
        return {"title": cls.__name__, **ANYTHING}
    return _flat(root, definitions, frozenset())


def _flat(schema: Any, definitions: dict[str, Any], inside: frozenset[str]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in inside:
            return dict(ANYTHING)
        return _flat(definitions[name], definitions, inside | {name})
    if schema.get("contentEncoding") == "base64":
        return REFERENCED_BYTES
    if "anyOf" in schema:
        return _one_of(
            [_flat(option, definitions, inside) for option in schema["anyOf"] if option != {"type": "null"}]
        )
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return {"type": _TYPE_OF.get(type(values[0]), "string")}
    kind = schema.get("type")
    if kind == "array":
        items: Any = schema.get("items") or next(iter(schema.get("prefixItems", ())), {})
        item = _flat(items, definitions, inside)
        return {"type": "array", "items": dict(ANYTHING) if item["type"] == "array" else item}
    if kind == "object":
        return _flat_object(schema, definitions, inside)
    return {"type": kind} if isinstance(kind, str) else dict(ANYTHING)


def _flat_object(schema: Any, definitions: dict[str, Any], inside: frozenset[str]) -> dict[str, Any]:
    flat: dict[str, Any] = {key: schema[key] for key in ("title", "description") if key in schema}
    flat["type"] = "object"
    properties = schema.get("properties", {})
    flat["properties"] = {name: _flat(part, definitions, inside) for name, part in properties.items()}
    if isinstance(schema.get("additionalProperties"), dict):
        flat["additionalProperties"] = _flat(schema["additionalProperties"], definitions, inside)
    return flat


def _one_of(options: list[dict[str, Any]]) -> dict[str, Any]:
    if len(options) == 1:
        return options[0]
    kinds = {option["type"] for option in options}
    if kinds and kinds <= NUMERIC:
        return {"type": "number"}
    return {"type": "string"} if kinds == {"string"} else dict(ANYTHING)
