"""Reads what an OpenAI-compatible server sends: a chunk of a stream, a whole answer or an error.

Pure and lenient: a field that is missing or of another type is treated as absent."""

from dataclasses import dataclass
from typing import Any

import msgspec

from actors.llm.http.tool_calls import MOST, CallPart

DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class ServerError:
    """A server's error in its words. code: HTTP-like, or 0. moderated: content refused. parameter: refused, or ""."""

    code: int
    message: str
    moderated: bool = False
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """text: what is new. alive: the model works, perhaps it thinks. finish: "" while it continues.

    tokens: of the whole reply, 0 if unknown. thinks: a thought came apart from the text. tool: called, or "".
    calls: parts of calls of tools."""

    text: str = ""
    alive: bool = False
    finish: str = ""
    tokens: int = 0
    thinks: bool = False
    tool: str = ""
    calls: tuple[CallPart, ...] = ()
    error: ServerError | None = None


def read_chunk(data: str | bytes, event: str = "") -> Chunk | None:
    """One `data:` field of an event of this name, or a whole JSON answer; None if it is not a JSON object."""
    body = _object(data)
    if body is None:
        return Chunk(error=ServerError(0, str(data)[:1000])) if event == "error" else None
    error = _error(body) or (_said_plainly(body) if event == "error" or "choices" not in body else None)
    if error is not None:
        return Chunk(error=error)
    choice = _mapping(_first(body.get("choices")))
    if (error := _error(choice)) is not None:
        return Chunk(error=error)
    part = _mapping(choice.get("delta")) or _mapping(choice.get("message"))
    text = _text(part.get("content")) or _text(choice.get("text"))
    thinking = any(_text(part.get(key)) for key in ("reasoning", "reasoning_content"))
    tokens = _mapping(body.get("usage")).get("completion_tokens")
    tool = _tool(part)
    return Chunk(
        text,
        bool(text) or thinking or bool(tool),
        _text(choice.get("finish_reason")),
        tokens if isinstance(tokens, int) and tokens > 0 else 0,
        thinking,
        tool,
        _calls(part),
    )


def read_error(body: bytes, status: int) -> ServerError:
    """What the body of an answer with an error status says; the status decides the code."""
    said = _object(body) or {}
    found = _error(said) or _said_plainly(said)
    if found is None:
        return ServerError(status, "")
    return ServerError(status, found.message, found.moderated, found.parameter)


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
    return ServerError(_code(code), message, moderated, _text(found.get("param")))


def _said_plainly(body: dict[str, Any]) -> ServerError | None:
    """An error without the word: `detail` (FastAPI and what is built on it), or a `message` where a reply belongs."""
    detail = body.get("detail")
    if isinstance(detail, list):
        first = _mapping(_first(detail))
        place = first.get("loc")
        parameter = str(place[-1]) if isinstance(place, list) and place else ""
        return ServerError(0, f"{parameter}: {_text(first.get('msg'))}", parameter=parameter)
    message = _text(detail) or _text(_mapping(detail).get("message")) or _text(body.get("message"))
    return ServerError(_code(body.get("code")), message) if message else None


def _tool(part: dict[str, Any]) -> str:
    """The name of the tool that is called, "?" where a call is under way and its name came before."""
    call = _mapping(_first(part.get("tool_calls"))) or _mapping(part.get("function_call"))
    return (_text(_mapping(call.get("function") or call).get("name")) or "?") if call else ""


def _calls(part: dict[str, Any]) -> tuple[CallPart, ...]:
    calls = part.get("tool_calls")
    found = calls if isinstance(calls, list) else [part["function_call"]] if "function_call" in part else []
    return tuple(_call(place, _mapping(call)) for place, call in enumerate(found[:MOST]))


def _call(place: int, call: dict[str, Any]) -> CallPart:
    index, function = call.get("index"), _mapping(call.get("function") or call)
    arguments = function.get("arguments")
    if isinstance(arguments, dict):  # a server that does not write them as text
        arguments = msgspec.json.encode(arguments).decode()
    return CallPart(index if isinstance(index, int) else place, _text(function.get("name")), _text(arguments))


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
