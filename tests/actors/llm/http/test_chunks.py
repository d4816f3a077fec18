"""Reading what servers send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.llm.http.chunks import Chunk, ServerError, read_chunk, read_error
from actors.llm.http.tool_calls import CallPart


@pytest.mark.parametrize(
    ("body", "chunk"),
    [
        ({"choices": [{"delta": {"content": "Hi"}}]}, Chunk("Hi", alive=True)),
        ({"choices": [{"delta": {"role": "assistant", "content": None}}]}, Chunk()),
        ({"choices": [{"delta": {"content": "", "reasoning": "hm"}}]}, Chunk(alive=True, thinks=True)),
        ({"choices": [{"delta": {"content": [{"type": "text", "text": "Hi"}]}}]}, Chunk("Hi", alive=True)),
        ({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}, Chunk("Hi", True, "stop")),
        ({"choices": [], "usage": {"completion_tokens": 7}}, Chunk(tokens=7)),
        ({"error": {"code": 502, "message": "down"}}, Chunk(error=ServerError(502, "down"))),
        ({"error": {"code": "429", "message": "slow"}}, Chunk(error=ServerError(429, "slow"))),
        ({"error": "plain"}, Chunk(error=ServerError(0, "plain"))),
        ({"object": "error", "code": 400, "message": "x"}, Chunk(error=ServerError(400, "x"))),
        ({"choices": [{"error": {"code": 500, "message": "x"}}]}, Chunk(error=ServerError(500, "x"))),
        ({"detail": "Model not found"}, Chunk(error=ServerError(0, "Model not found"))),
        (
            {"detail": [{"loc": ["body", "top_k"], "msg": "Extra inputs are not permitted"}]},
            Chunk(error=ServerError(0, "top_k: Extra inputs are not permitted", parameter="top_k")),
        ),
        ({"message": "overloaded", "type": "overloaded_error"}, Chunk(error=ServerError(0, "overloaded"))),
        (
            {"error": {"message": "Unsupported parameter", "param": "temperature"}},
            Chunk(error=ServerError(0, "Unsupported parameter", parameter="temperature")),
        ),
        (
            {"choices": [{"delta": {"tool_calls": [{"function": {"name": "look", "arguments": ""}}]}}]},
            Chunk(alive=True, tool="look", calls=(CallPart(0, "look"),)),
        ),
        ({"error": {"code": 403, "metadata": {"reasons": ["x"]}}}, Chunk(error=ServerError(403, "", True))),
    ],
)
def test_every_dialect_is_read(body: object, chunk: Chunk) -> None:
    assert read_chunk(json.dumps(body)) == chunk


@pytest.mark.parametrize("body", ["", "nonsense", "[]", "3", "[" * 100_000, b"\xff\xfe"])
def test_a_value_that_is_not_a_json_object_is_not_a_chunk(body: str | bytes) -> None:
    assert read_chunk(body) is None


def test_the_status_is_the_code_of_an_error_answer() -> None:
    assert read_error(b'{"error": {"code": 1, "message": "no"}}', 401) == ServerError(401, "no")
    assert read_error(b"<html>", 503) == ServerError(503, "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "content", "error", "code", "message", "usage", "metadata", "text"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON)
def test_any_json_is_survived(body: object) -> None:
    chunk = read_chunk(json.dumps(body))
    assert (chunk is not None) == isinstance(body, dict)


def test_an_event_called_error_is_one_whatever_it_holds() -> None:
    assert read_chunk('{"choices": [], "message": "too busy"}', "error") == Chunk(
        error=ServerError(0, "too busy")
    )
    assert read_chunk("no capacity", "error") == Chunk(error=ServerError(0, "no capacity"))
