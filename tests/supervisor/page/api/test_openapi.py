"""The description of the API, as a program that reads it would."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from supervisor.cli.main import COMMANDS
from supervisor.page.api.openapi import document
from supervisor.page.api.operations import OPERATIONS
from supervisor.page.api.probes import missing_in

DOCUMENT = document("0.1.0")
OPERATION_KEYS = {"operationId", "summary", "description", "responses", "parameters", "requestBody"}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, made)
        for path, methods in DOCUMENT["paths"].items()
        for method, made in methods.items()
    ]


def resolved(reference: str) -> Any:
    found: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        inner = [one for each in value.values() for one in references(each)]
        return [value["$ref"], *inner] if "$ref" in value else inner
    return [one for each in value for one in references(each)] if isinstance(value, list) else []


def schemas(value: Any) -> list[Any]:
    if isinstance(value, dict):
        here = [value["schema"]] if "schema" in value else []
        return here + [one for each in value.values() for one in schemas(each)]
    return [one for each in value for one in schemas(each)] if isinstance(value, list) else []


def test_it_has_what_every_description_needs() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(DOCUMENT["info"])
    assert set(DOCUMENT) <= {"openapi", "info", "servers", "security", "paths", "components"}
    assert DOCUMENT["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_operation_is_there_once_and_is_well_formed() -> None:
    names = [made["operationId"] for _, _, made in operations()]
    assert sorted(names) == sorted(operation.name for operation in OPERATIONS)
    assert len(set(names)) == len(names)
    for path, method, made in operations():
        assert path.startswith("/")
        assert method in ("get", "post")
        assert set(made) <= OPERATION_KEYS
        assert "200" in made["responses"]
        parameters = made.get("parameters", [])
        assert len({(one["in"], one["name"]) for one in parameters}) == len(parameters)
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))
        assert all(one["required"] for one in parameters if one["in"] == "path")
        assert "requestBody" not in made or method == "post"


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    assert references(DOCUMENT)
    for reference in references(DOCUMENT):
        assert "description" in resolved(reference), reference
    for schema in [*schemas(DOCUMENT), *DOCUMENT["components"]["schemas"].values()]:
        Draft202012Validator.check_schema(schema)


def test_what_changes_something_is_no_get() -> None:
    for operation in OPERATIONS:
        assert operation.acts == (operation.method == "POST"), operation.name
    assert [operation.name for operation in OPERATIONS if operation.private] == ["showUser"]


def test_each_does_what_a_command_does() -> None:
    for operation in OPERATIONS:
        assert operation.command.split()[0] in COMMANDS, operation.name


def test_plain_paths_are_routed_before_those_with_a_name_in_them() -> None:
    """As OpenAPI has it: /config/diff is never the key `diff`."""

    async def nothing(request: Any) -> Any:
        raise AssertionError

    routes = [(operation, Route(operation.path, nothing)) for operation in OPERATIONS]
    for operation in OPERATIONS:
        if "{" not in operation.path:
            scope = {"type": "http", "method": "GET", "path": operation.path, "root_path": ""}
            first = next(one for one, route in routes if route.matches(scope)[0].value)
            assert first.path == operation.path


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ({"state": "running", "health": "OK", "reason": ""}, []),
        ({"state": "running", "health": "DEGRADED", "reason": "slow"}, []),
        ({"state": "running", "health": "DOWN", "reason": "no device"}, ["a: no device"]),
        ({"state": "starting", "health": "STARTING", "reason": ""}, ["a: starting"]),
        ({"state": "disabled", "health": "DOWN", "reason": "off"}, []),
        ({"state": "down", "health": "DOWN", "reason": ""}, ["a: down"]),
    ],
)
def test_what_is_missing(row: dict[str, str], missing: list[str]) -> None:
    assert missing_in([{"address": "a", "kind": "actor", **row}]) == missing
    assert missing_in([{"address": "a", "kind": "supervisor", **row}]) == []
