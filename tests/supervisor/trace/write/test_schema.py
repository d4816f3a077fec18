"""Every message type has a schema that the simplest viewer can read."""

from typing import Any

import msgspec

from supervisor.trace import records
from supervisor.trace.write.schema import flat_schema, handled_schema, line_schema
from tests.supervisor.trace.samples import Sound, every_message

PLAIN = {"object", "array", "string", "number", "integer", "boolean"}


def faults(schema: dict[str, Any], path: str = "") -> list[str]:
    found = [f"{path}: {key}" for key in ("$ref", "$defs", "anyOf", "oneOf", "prefixItems") if key in schema]
    if schema.get("type") not in PLAIN:
        found.append(f"{path}: type {schema.get('type')}")
    if schema.get("type") == "object" and "properties" not in schema:
        found.append(f"{path}: an object of no properties")
    for name, part in schema.get("properties", {}).items():
        found += faults(part, f"{path}.{name}")
    if schema.get("type") == "array":
        if schema["items"].get("type") == "array":
            found.append(f"{path}: a list of lists")
        found += faults(schema["items"], f"{path}[]")
    return found


def test_the_schema_of_every_message_is_flat() -> None:
    for cls in every_message():
        schema = msgspec.json.decode(handled_schema(cls))
        assert faults(schema, cls.__name__) == []
        assert schema["title"] == cls.__name__
        assert set(cls.__struct_encode_fields__) <= schema["properties"]["message"]["properties"].keys()


def test_the_schema_of_every_other_line_is_flat() -> None:
    for line in (
        records.DeadLine,
        records.StartedLine,
        records.StoppedLine,
        records.ConfigurationLine,
        records.LostLine,
    ):
        assert faults(msgspec.json.decode(line_schema(line)), line.__name__) == []


def test_bytes_are_described_as_the_references_that_are_written() -> None:
    assert flat_schema(Sound)["properties"]["pcm"]["properties"].keys() == {"bytes", "blake2b", "base64"}


def test_a_type_within_itself_ends_in_a_plain_object() -> None:
    assert flat_schema(Nested)["properties"]["inner"] == {"type": "object", "properties": {}}


class Nested(msgspec.Struct):
    inner: "Nested | None" = None


def test_topics_sort_messages_by_room() -> None:
    topics = {records.topic_of(cls) for cls in every_message()}
    assert {"/audio/AudioChunk", "/kernel/Stop", "/conversation/TextReceived"} <= topics
