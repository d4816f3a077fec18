"""A prompt that a server cannot hold is recognized, and loses its oldest talk first."""

import pytest

from actors.llm.http.chunks import ServerError
from actors.llm.http.fit import fitted, is_too_long, length, next_limit
from actors.llm.messages import ChatMessage

PROMPT = (
    ChatMessage("system", "s" * 100),
    ChatMessage("user", "a" * 50),
    ChatMessage("assistant", "b" * 50),
    ChatMessage("system", "t" * 10),
    ChatMessage("user", "c" * 50),
)


@pytest.mark.parametrize(
    "error",
    [
        ServerError(400, "the request exceeds the available context size, try increasing it"),
        ServerError(400, "This model's maximum context length is 4096 tokens."),
        ServerError(400, "Please reduce the length of the messages or completion."),
        ServerError(0, "prompt too long; exceeded max context length by 61 tokens"),
        ServerError(422, "inputs must be shorter: too many tokens"),
        ServerError(413, ""),
    ],
)
def test_a_refusal_for_the_length_is_recognized(error: ServerError) -> None:
    assert is_too_long(error)


@pytest.mark.parametrize(
    "error",
    [
        ServerError(400, "max_tokens is too large: 100000"),
        ServerError(401, "context length"),
        ServerError(429, "too many tokens per minute"),
        ServerError(400, "Unknown model"),
    ],
)
def test_another_refusal_is_none(error: ServerError) -> None:
    assert not is_too_long(error)


@pytest.mark.parametrize(
    ("longest", "left"),
    [(0, "sabtc"), (260, "sabtc"), (259, "sbtc"), (210, "sbtc"), (209, "stc"), (1, "stc")],
)
def test_the_oldest_is_left_out_but_no_instruction_and_not_the_last(longest: int, left: str) -> None:
    assert "".join(message.content[0] for message in fitted(PROMPT, longest)) == left


def test_each_limit_leaves_out_more_until_nothing_can_be() -> None:
    limits, limit = [], next_limit(PROMPT, 0)
    while limit is not None:
        limits.append(limit)
        limit = next_limit(PROMPT, limit)
    kept = [length(fitted(PROMPT, limit)) for limit in (0, *limits)]
    assert kept == [260, 160]
    assert next_limit((), 0) is None
