"""The OpenAPI description of the API, made of the table that its requests are routed by. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from supervisor.page.api.fields import Field
from supervisor.page.api.operations import OPERATIONS, Operation

ROOT = "/api/v1"
Plain = dict[str, Any]
PROBLEMS: Mapping[int, str] = {
    400: "The request makes no sense; `detail` says why.",
    401: "No token, or one that is not known.",
    403: "A token that may only look.",
    409: "Gerald refused it; `detail` says why.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    429: "Too many wrong tokens.",
    503: "Gerald does not answer, or too many replies are being read already.",
}
WITH_BODY = (413, 415)
EVENT: Plain = {
    "type": "object",
    "description": "A part of a turn: `turn` begins it; `waits` tells how many are before it; `sentence` is said; "
    "`end` is the last; `error` ends it early, with `detail`.",
    "required": ["event"],
    "properties": {
        "event": {"type": "string", "enum": ["turn", "waits", "sentence", "end", "error"]},
        "turn": {"type": "integer"},
        "sentence": {"type": "integer"},
        "text": {"type": "string"},
        "outcome": {"type": "string"},
        "detail": {"type": "string"},
    },
}
PROBLEM: Plain = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["title", "status"],
    "properties": {
        "type": {"type": "string", "default": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def document(version: str) -> Plain:
    """version: Gerald's."""
    paths: dict[str, Plain] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Gerald",
            "version": version,
            "summary": "The requests of the commands, as JSON.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made by `supervisor page token add NAME`.",
                }
            },
            "schemas": {"Problem": PROBLEM, "Event": EVENT},
            "responses": {
                str(status): {
                    "description": about,
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
                for status, about in PROBLEMS.items()
            },
        },
    }


def _operation(operation: Operation) -> Plain:
    outside = [field for field in operation.fields if field.place != "body"]
    inside = [field for field in operation.fields if field.place == "body"]
    refused = [status for status in PROBLEMS if inside or status not in WITH_BODY]
    if not (operation.acts or operation.private):
        refused.remove(403)
    made: Plain = {
        "operationId": operation.name,
        "summary": operation.about,
        "description": f"As `supervisor {operation.command}`.",
        "responses": {
            "200": {"description": HTTPStatus.OK.phrase, "content": _content(operation)},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in refused},
        },
    }
    if outside:
        made["parameters"] = [_parameter(field) for field in outside]
    if inside:
        needed = any(field.required for field in inside)
        made["requestBody"] = {
            "required": needed,
            "content": {"application/json": {"schema": _body(inside)}},
        }
    return made


def _content(operation: Operation) -> Plain:
    if operation.streams:
        event = {"$ref": "#/components/schemas/Event"}
        return {"application/x-ndjson": {"schema": event}, "text/event-stream": {"schema": event}}
    return {"application/json": {"schema": {"type": "object"}}}


def _parameter(field: Field) -> Plain:
    return {
        "name": field.name,
        "in": field.place,
        "required": field.required,
        "description": field.about,
        "schema": _schema(field),
    }


def _body(fields: list[Field]) -> Plain:
    made: Plain = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: {**_schema(field), "description": field.about} for field in fields},
    }
    if required := [field.name for field in fields if field.required]:
        made["required"] = required
    return made


def _schema(field: Field) -> Plain:
    if field.kind == "integer":
        return {"type": "integer", "minimum": 0, "maximum": field.most}
    if field.kind == "scalar":
        return {"type": ["string", "number", "boolean"]}
    if field.kind != "string":
        return {"type": field.kind}
    limits: Plain = {"type": "string", "maxLength": field.most}
    if field.choices:
        limits["enum"] = list(field.choices)
    return limits
