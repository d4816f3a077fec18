"""The owner's line: which server, which model, what to do; never a key, never what people said."""

import pytest

from actors.llm.http.chunks import ServerError
from actors.llm.http.failures import of_server, of_transport
from actors.llm.servers.providers import Endpoint
from config.schema import Secret

KEY = "sk-or-v1-0123456789abcdef"
ENDPOINT = Endpoint("https://me:pw@models.example/v1", "some/model", Secret(KEY))


@pytest.mark.parametrize(
    ("code", "kind", "hint"),
    [
        (301, "bad_request", "base_url"),
        (400, "bad_request", "llm.model"),
        (401, "unauthorized", "OPENROUTER_API_KEY"),
        (402, "out_of_credit", "credit"),
        (403, "forbidden", "llm.model"),
        (404, "not_found", "/v1"),
        (408, "timeout", "try again"),
        (418, "bad_request", "llm.model"),
        (429, "rate_limited", "wait"),
        (500, "server_error", "later"),
        (502, "server_error", "later"),
        (503, "server_error", "later"),
        (0, "server_error", "later"),
    ],
)
def test_every_code_has_a_kind_and_a_line_that_says_what_to_do(code: int, kind: str, hint: str) -> None:
    failure = of_server(ENDPOINT, ServerError(code, "the reason"), 4.0, ())
    assert (failure.kind, failure.retry_after) == (kind, 4.0)
    assert failure.owner.startswith("models.example (some/model): ")
    assert "(the reason)" in failure.owner
    assert hint in failure.owner
    assert "me:pw" not in failure.owner
    assert "\n" not in failure.owner


def test_the_key_is_never_quoted_whole_or_in_part() -> None:
    for message in (
        f"Incorrect API key provided: {KEY}",
        "bad key sk-or-v1-0123***cdef",
        f"Bearer {KEY[:9]} no",
    ):
        owner = of_server(ENDPOINT, ServerError(401, message), 0, ()).owner
        assert "0123" not in owner
        assert "sk-or" not in owner


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            'cannot parse; messages = [{"content": "my dog is called Rex"}]',
            "well, my dog is called Rex, you see",
        ),
        ("refused: pin 77", "pin 77"),
        (r"cannot parse \u041f\u0440\u0438\u0432\u0435\u0442", "Привет"),
    ],
)
def test_a_message_that_quotes_the_conversation_is_left_out(message: str, said: str) -> None:
    owner = of_server(ENDPOINT, ServerError(400, message), 0, (said,)).owner
    assert "it does not accept the request; check" in owner


def test_moderation_is_told_without_its_reasons() -> None:
    failure = of_server(ENDPOINT, ServerError(403, "flagged: rude", moderated=True), 0, ())
    assert failure.kind == "moderated"
    assert "rude" not in failure.owner


def test_long_and_odd_messages_are_shortened_to_one_printable_line() -> None:
    owner = of_server(ENDPOINT, ServerError(500, "a\nb\x1b[31m" + "x" * 5000), 0, ()).owner
    assert len(owner) < 400
    assert owner.isprintable()


def test_a_local_models_trouble_is_not_blamed_on_the_base_url() -> None:
    local = Endpoint("http://127.0.0.1:5/v1", "SmolLM2", is_local=True)
    assert "restarted by itself" in of_transport(local, "unreachable", "it is gone").owner
    assert "llm.base_url" in of_transport(ENDPOINT, "unreachable", "it is gone").owner
