"""Reads what an OpenAI-compatible server sends: a chunk of a stream, a whole answer or an error.

Pure and forgiving: what is missing or of another type counts as unsaid.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class ServerError:
    """A server's error in its own words. code: HTTP-like, 0 if unsaid. moderated: the content was refused."""

    code: int
    message: str
    moderated: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """text: what is new. alive: the model is at work, it may be thinking. finish: "" while it goes on.

    tokens: those of the whole reply, 0 if unsaid.
    """

    text: str = ""
    alive: bool = False
    finish: str = ""
    tokens: int = 0
    error: ServerError | None = None


def read_chunk(data: str | bytes) -> Chunk | None:
    """One `data:` field, or a whole JSON answer; None when it is no JSON object."""
    body = _object(data)
    if body is None:
        return None
    if (error := _error(body)) is not None:
        return Chunk(error=error)
    choice = _mapping(_first(body.get("choices")))
    if (error := _error(choice)) is not None:
        return Chunk(error=error)
    part = _mapping(choice.get("delta")) or _mapping(choice.get("message"))
    text = _text(part.get("content")) or _text(choice.get("text"))
    thinking = any(_text(part.get(key)) for key in ("reasoning", "reasoning_content"))
    tokens = _mapping(body.get("usage")).get("completion_tokens")
    return Chunk(
        text,
        bool(text) or thinking,
        _text(choice.get("finish_reason")),
        tokens if isinstance(tokens, int) and tokens > 0 else 0,
    )


def read_error(body: bytes, status: int) -> ServerError:
    """What the body of an answer with an error status says; the status decides the code."""
    found = _error(_object(body) or {})
    return ServerError(status, found.message, found.moderated) if found else ServerError(status, "")


def _error(body: dict[str, Any]) -> ServerError | None:
    found = body.get("error")
    if not found:
        found = body if body.get("object") == "error" else None
    if not found:
        return None
    if not isinstance(found, dict):
        return ServerError(0, str(found))
    metadata = _mapping(found.get("metadata"))
    code = found.get("code")
    moderated = "reasons" in metadata or "flagged_input" in metadata or code == "content_filter"
    message = _text(found.get("message")) or _text(metadata.get("raw"))
    return ServerError(_code(code), message, moderated)


def _code(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    return value if isinstance(value, int) and 100 <= value <= 599 else 0


def _object(data: str | bytes) -> dict[str, Any] | None:
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_text(_mapping(part).get("text")) for part in value)
    return value if isinstance(value, str) else ""
