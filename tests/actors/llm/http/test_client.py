"""One streamed completion against a real server with every quirk."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from actors.llm.http.client import CompletionError, Ending, complete, open_client
from actors.llm.http.failures import ServerFailure
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint, RequestLimits
from config.schema import Secret
from tests.doubles.model_server import ModelServer, Step, chunk, drop, event, hang, raw, status, words

LIMITS = RequestLimits(connect=2.0, first_token=2.0, total=5.0, between_tokens=2.0)
PROMPT = (ChatMessage("user", "my dog is called Rex"),)


def run(
    server: ModelServer, *answer: Step, limits: RequestLimits = LIMITS, **endpoint: Any
) -> tuple[str, Ending]:
    """The reply's text and its end."""
    if answer:
        server.plan(answer)
    texts: list[str] = []

    async def go() -> Ending:
        to = Endpoint(endpoint.pop("base_url", server.base_url), "a-llama", **endpoint)
        async with open_client(to) as http:
            return await complete(http, to, PROMPT, limits, lambda text: texts.append(text) is None)

    ending = asyncio.run(go())
    return "".join(texts), ending


def fail(
    server: ModelServer, *answer: Step, limits: RequestLimits = LIMITS, **endpoint: Any
) -> ServerFailure:
    with pytest.raises(CompletionError) as caught:
        run(server, *answer, limits=limits, **endpoint)
    failure = caught.value.failure
    assert "Rex" not in failure.owner
    assert "a-llama" in failure.owner
    return failure


def test_a_reply_is_streamed_and_asked_for_as_configured(server: ModelServer) -> None:
    key, options = Secret("sk-key"), {"max_tokens": 5, "temperature": 0.3}
    said = run(server, *words("Hel", "lo."), api_key=key, options=options, headers=(("X-Title", "Gerald"),))
    assert said == ("Hello.", Ending(2, "stop"))
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-key"
    assert request.headers["x-title"] == "Gerald"
    assert request.body == {
        "model": "a-llama",
        "messages": [{"role": "user", "content": "my dog is called Rex"}],
        "stream": True,
        "max_tokens": 5,
        "temperature": 0.3,
    }


QUIRKS: dict[str, Sequence[Step]] = {
    "comments": [raw(b": OPENROUTER PROCESSING\n\n" * 3), *words("Hello.")],
    "windows line ends": [
        raw(b'data: {"choices":[{"delta":{"content":"Hello."}}]}\r\n\r\ndata: [DONE]\r\n\r\n')
    ],
    "a role first": [
        event({"choices": [{"delta": {"role": "assistant", "content": None}}]}),
        *words("Hello."),
    ],
    "usage last": [*words("Hello.", done=False), event({"choices": [], "usage": {"completion_tokens": 1}})],
    "no DONE": words("Hello.", done=False),
    "no finish_reason": [event(chunk("Hello.")), event("[DONE]")],
    "never closed after DONE": [*words("Hello."), hang],
    "broken off after the finish": [*words("Hello.", done=False), drop],
    "one character at a time": [
        raw(bytes([b])) for b in b'data: {"choices":[{"delta":{"content":"Hello."}}]}\n\n'
    ]
    + [event("[DONE]")],
    "no space after data": [raw(b'data:{"choices":[{"delta":{"content":"Hello."}}]}\n\ndata:[DONE]\n\n')],
    "ids and names": [raw(b"event: message\nid: 1\nretry: 5\n\n"), *words("Hello.")],
    "no stream at all": status(
        200, {"choices": [{"message": {"content": "Hello."}, "finish_reason": "stop"}]}
    ),
    "ended without an end mark": [event(chunk("Hello."))],
    "ended without an empty line": [raw(b'data: {"choices":[{"delta":{"content":"Hello."}}]}')],
    "events parted by one line break": [
        raw(
            b'data: {"choices":[{"delta":{"content":"Hello."}}]}\n'
            b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\ndata: [DONE]\n\n'
        )
    ],
    "an end mark behind one line break": [
        raw(b'data: {"choices":[{"delta":{"content":"Hello."}}]}\ndata: [DONE]\n\n')
    ],
    "heartbeats that are no object": [
        raw(b'event: ping\ndata: ""\n\ndata: null\n\ndata: ping\n\ndata: []\n\n'),
        *words("Hello."),
    ],
    "another content type": status(
        200,
        'data: {"choices":[{"delta":{"content":"Hello."}}]}\n\ndata: [DONE]\n\n',
        Content_Type="text/plain",
    ),
}


@pytest.mark.parametrize("answer", QUIRKS.values(), ids=QUIRKS)
def test_a_quirky_server_is_understood(server: ModelServer, answer: Sequence[Step]) -> None:
    assert run(server, *answer) == ("Hello.", Ending(1, "stop"))


def test_the_servers_own_count_of_tokens_and_a_reply_that_was_cut_are_told(server: ModelServer) -> None:
    end = event(chunk(finish="length", usage={"completion_tokens": 48}))
    assert run(server, event(chunk("Hello")), end) == ("Hello", Ending(48, "length"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (307, "bad_request"),
        (400, "bad_request"),
        (401, "unauthorized"),
        (402, "out_of_credit"),
        (403, "forbidden"),
        (404, "not_found"),
        (408, "timeout"),
        (429, "rate_limited"),
        (500, "server_error"),
        (502, "server_error"),
        (503, "server_error"),
    ],
)
def test_an_error_status_becomes_its_kind(server: ModelServer, code: int, kind: str) -> None:
    failure = fail(
        server, *status(code, {"error": {"code": code, "message": "the reason"}}, Location="/elsewhere")
    )
    assert failure.kind == kind
    assert f"{code} " in failure.owner
    assert "the reason" in failure.owner
    assert len(server.requests) == 1


def test_retry_after_is_told(server: ModelServer) -> None:
    assert fail(server, *status(429, {}, Retry_After="17")).retry_after == 17
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    assert 50 < fail(server, *status(503, "busy", Retry_After=date)).retry_after <= 60


def test_an_error_event_within_a_good_answer_is_a_failure(server: ModelServer) -> None:
    error = event(
        {"error": {"code": 502, "message": "upstream died"}, "choices": [{"finish_reason": "error"}]}
    )
    failure = fail(server, event(chunk("Hel")), error)
    assert (failure.kind, "upstream died" in failure.owner) == ("server_error", True)
    assert fail(server, event({"error": {"code": 429, "message": "slow down"}})).kind == "rate_limited"


def test_moderation_is_told_apart_from_a_key_without_rights(server: ModelServer) -> None:
    body = {
        "error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["x"], "flagged_input": "Rex"}}
    }
    assert fail(server, *status(403, body)).kind == "moderated"
    assert fail(server, event(chunk(finish="content_filter"))).kind == "moderated"


def test_an_error_that_quotes_the_conversation_or_the_key_is_not_quoted(server: ModelServer) -> None:
    key = Secret("sk-or-v1-verysecret")
    body = {
        "error": {"message": "cannot parse [{'content': 'my dog is called Rex'}] for sk-or-v1-verysecret"}
    }
    assert "verysecret" not in fail(server, *status(400, body), api_key=key).owner
    body = {"error": {"message": "no such key: sk-or-v1-verysecret"}}
    assert "verysecret" not in fail(server, *status(401, body), api_key=key).owner


@pytest.mark.parametrize("key", ["sk-bad\nkey-secret", "sk-b\u00e4d-key-secret"])
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(server: ModelServer, key: str) -> None:
    failure = fail(server, *words("x"), api_key=Secret(key))
    assert (failure.kind, "secret" in failure.owner) == ("unauthorized", False)
    assert server.requests == []


BROKEN: dict[str, tuple[Sequence[Step], str]] = {
    "no event stream": (status(200, "<html>a proxy's page</html>"), "bad_reply"),
    "no JSON": ([event("nonsense")], "bad_reply"),
    "an empty reply": ([event(chunk(finish="stop")), event("[DONE]")], "empty_reply"),
    "dropped at once": ([drop], "unreachable"),
    "dropped half-way": ([event(chunk("Hel")), drop], "broken_off"),
    "ended at once": ([raw(b": no word\n\n")], "bad_reply"),
    "ended before the first word": ([event({"choices": []})], "unreachable"),
    "an endless line": ([raw(b"data: " + b"x" * 2000), hang], "too_large"),
    "an endless answer": ([raw(b": y\n\n" * 400)] * 9, "too_large"),
    "an endless error": ([*status(500, "e" * 100_000)], "too_large"),
}


@pytest.mark.parametrize(("answer", "kind"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_told(server: ModelServer, answer: Sequence[Step], kind: str) -> None:
    assert fail(server, *answer, limits=replace(LIMITS, line_bytes=1000, body_bytes=10_000)).kind == kind


def test_a_compressed_answer_is_refused(server: ModelServer) -> None:
    assert fail(server, *status(200, {}, Content_Encoding="gzip")).kind == "bad_reply"


@pytest.mark.parametrize(
    ("answer", "limits", "said"),
    [
        ([hang], RequestLimits(0.05, 0.05, 5.0), "no word came within 0.05 s"),
        ([raw(b": still here\n\n"), hang], RequestLimits(0.05, 0.05, 5.0), "no word came within 0.05 s"),
        ([event(chunk("Hel")), hang], RequestLimits(1, 2, 5.0, between_tokens=0.1), "nothing came for 0.1 s"),
        (
            [event(chunk("Hel")), hang],
            RequestLimits(1, 2, 0.2, between_tokens=5),
            "no complete reply within 0.2 s",
        ),
    ],
)
def test_every_wait_has_its_limit(
    server: ModelServer, answer: list[Step], limits: RequestLimits, said: str
) -> None:
    started = time.monotonic()
    failure = fail(server, *answer, limits=limits)
    assert (failure.kind, said in failure.owner) == ("timeout", True)
    assert time.monotonic() - started < 4.5, "one of the limits of five seconds ended it"


def test_a_server_that_is_not_there_is_named(server: ModelServer) -> None:
    failure = fail(server, base_url="http://127.0.0.1:9/v1")
    assert failure.kind == "unreachable"
    assert failure.owner.startswith("127.0.0.1:9 (a-llama): it cannot be reached")
    assert fail(server, base_url="http://no.such.host.invalid/v1").kind == "unreachable"


@pytest.mark.parametrize(
    ("url", "kind"), [("http://[bad/v1", "unreachable"), ("http://host:port/v1", "bad_request")]
)
def test_an_address_that_is_none_is_a_failure(server: ModelServer, url: str, kind: str) -> None:
    assert fail(server, base_url=url).kind == kind


def test_no_proxy_stands_between_us_and_this_machine(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert run(server, *words("Hello."))[0] == "Hello."
    assert fail(server, base_url="http://models.example/v1").kind == "unreachable"


def test_a_connection_is_used_again(server: ModelServer) -> None:
    server.plan(words("Hello."))

    async def twice() -> None:
        to = Endpoint(server.base_url, "m")
        async with open_client(to) as http:
            for _ in range(2):
                await complete(http, to, PROMPT, LIMITS, lambda _: True)

    asyncio.run(twice())
    assert server.requests[0].connection == server.requests[1].connection


def test_who_wants_no_more_is_given_no_more(server: ModelServer) -> None:
    server.plan([event(chunk("Hello.")), event(chunk("More.")), hang])
    texts: list[str] = []

    async def go() -> Ending:
        to = Endpoint(server.base_url, "m")
        async with open_client(to) as http:
            return await complete(http, to, PROMPT, LIMITS, lambda text: bool(texts.append(text)))

    assert asyncio.run(go()).finish == "stop"
    assert texts == ["Hello."]
    assert server.requests[0].disconnected.wait(20)
