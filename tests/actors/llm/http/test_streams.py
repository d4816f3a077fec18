"""The streaming thread: retries, cancelling from another thread, and its end."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from actors.kernel.message import Message
from actors.llm.http.job import Job
from actors.llm.http.streams import Streams
from actors.llm.internal import FirstTokenArrived, ReplyBroken, ReplyStreamed, SentenceArrived
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint, RequestLimits
from config.schema import Secret
from tests.doubles.model_server import (
    ModelServer,
    Step,
    chunk,
    drop,
    event,
    hang,
    raw,
    status,
    wait_for_gate,
    words,
)

LIMITS = RequestLimits(connect=2.0, first_token=5.0, total=10.0)
PROMPT = (ChatMessage("user", "Hello?"),)


class Posted:
    """What the thread posted."""

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[Message, str]] = queue.Queue()

    def __call__(self, message: Message, cause: str) -> None:
        self._queue.put((message, cause))

    def next(self, timeout: float = 5.0) -> Message:
        message, cause = self._queue.get(timeout=timeout)
        assert cause == getattr(message, "request", None)
        return message

    def is_empty(self) -> bool:
        return self._queue.empty()


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture
def streams(posted: Posted) -> Iterator[Streams]:
    streams = Streams(posted)
    yield streams
    streams.close(5.0)


def job(
    server: ModelServer,
    request: str = "r",
    retries: int = 2,
    patience: float = 5.0,
    *,
    model: str = "llama",
    options: dict[str, object] | None = None,
    limits: RequestLimits = LIMITS,
) -> Job:
    return Job(
        request,
        Endpoint(server.base_url, model, options=options or {}),
        PROMPT,
        limits,
        0.0,
        retries,
        patience,
        ("Gerald",),
    )


def test_a_reply_is_posted_sentence_by_sentence(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan(words("Ger", "ald: Oh", " hello. How", " are", " you?", finish="length"))
    before = time.time()
    streams.submit(job(server))
    first = posted.next()
    assert isinstance(first, FirstTokenArrived)
    assert before <= first.at <= time.time()
    sentences = [posted.next(), posted.next()]
    assert [s.text for s in sentences if isinstance(s, SentenceArrived)] == ["Oh hello.", "How are you?"]
    assert posted.next() == ReplyStreamed("r", 5, "length")


def test_a_sentence_is_posted_while_the_rest_is_still_to_come(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan([event(chunk("Hello. How")), hang])
    streams.submit(job(server))
    assert isinstance(posted.next(), FirstTokenArrived)
    sentence = posted.next()
    assert isinstance(sentence, SentenceArrived)
    assert sentence.text == "Hello."


def test_what_may_pass_is_tried_again(server: ModelServer, posted: Posted, streams: Streams) -> None:
    server.plan(status(503, {}, Retry_After="0.05"), [drop], words("Hello."))
    streams.submit(job(server))
    assert isinstance(posted.next(), FirstTokenArrived)
    assert len(server.requests) == 3


def test_retry_after_is_waited_for(server: ModelServer, posted: Posted, streams: Streams) -> None:
    server.plan(status(429, {}, Retry_After="0.3"), words("Hello."))
    streams.submit(job(server))
    first = posted.next()
    assert isinstance(first, FirstTokenArrived)
    assert first.seconds >= 0.3


def test_a_longer_retry_after_than_anybody_would_wait_is_handed_on(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan(status(429, {}, Retry_After="30"))
    streams.submit(job(server))
    broken = posted.next()
    assert isinstance(broken, ReplyBroken)
    assert (broken.kind, broken.retry_after, len(server.requests)) == ("rate_limited", 30.0, 1)


def test_what_will_not_pass_is_not_tried_again(server: ModelServer, posted: Posted, streams: Streams) -> None:
    server.plan(status(401, {}))
    streams.submit(job(server))
    broken = posted.next()
    assert isinstance(broken, ReplyBroken)
    assert (broken.kind, len(server.requests)) == ("unauthorized", 1)


@pytest.mark.parametrize("trouble", [drop, event({"error": {"code": 502, "message": "upstream died"}})])
def test_a_reply_that_has_begun_is_not_begun_again(
    server: ModelServer, posted: Posted, streams: Streams, trouble: Step
) -> None:
    server.plan([event(chunk("Hello. How")), trouble], words("Hello again."))
    streams.submit(job(server))
    kinds = [type(posted.next()).__name__ for _ in range(3)]
    assert kinds == ["FirstTokenArrived", "SentenceArrived", "ReplyBroken"]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("begin", "speaks"),
    [([], False), ([raw(b": processing\n\n")], False), ([event(chunk("Hello. How"))], True)],
    ids=["before the answer", "before the first word", "in the middle"],
)
def test_cancelling_closes_the_connection_within_100_ms(
    server: ModelServer, posted: Posted, streams: Streams, begin: list[Step], speaks: bool
) -> None:
    server.plan([*begin, hang])
    streams.submit(job(server))
    assert server.arrived.acquire(timeout=5)
    if speaks:
        assert isinstance(posted.next(), FirstTokenArrived)
    asked = time.monotonic()
    streams.cancel("r")
    assert server.requests[0].disconnected.wait(5)
    assert server.requests[0].disconnected_at - asked < 0.1


def test_cancelling_ends_the_wait_before_another_attempt(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan(status(429, {}, Retry_After="2"), words("Late."))
    streams.submit(job(server))
    assert server.arrived.acquire(timeout=5)
    streams.cancel("r")
    server.plan(words("Hello."))
    streams.submit(job(server, "s"))
    assert getattr(posted.next(), "request", "") == "s"
    assert len(server.requests) == 2


def test_cancelling_one_stream_leaves_the_others(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan([hang], [wait_for_gate, *words("Hello.")])
    streams.submit(job(server, "r"))
    assert server.arrived.acquire(timeout=5)
    streams.submit(job(server, "s"))
    assert server.arrived.acquire(timeout=5)
    streams.cancel("r")
    server.gate.set()
    assert [getattr(posted.next(), "request", "") for _ in range(3)] == ["s"] * 3
    assert posted.is_empty()


def test_the_thread_ends_when_idle_and_comes_back(server: ModelServer, posted: Posted) -> None:
    server.plan(words("Hello."))
    streams = Streams(posted, idle=0.05)
    for request in ("r", "s"):
        streams.submit(job(server, request))
        (thread,) = [t for t in threading.enumerate() if t.name == "llm~io"]
        assert [getattr(posted.next(), "request", "") for _ in range(3)] == [request] * 3
        thread.join(5)
        assert not thread.is_alive()


def test_closing_stops_what_streams(server: ModelServer, posted: Posted, streams: Streams) -> None:
    server.plan([hang])
    streams.submit(job(server))
    assert server.arrived.acquire(timeout=5)
    streams.close(5.0)
    assert server.requests[0].disconnected.wait(5)
    assert posted.is_empty()


def test_a_proxy_that_cannot_be_used_is_a_failure_like_any_other(
    posted: Posted, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:9")
    streams.submit(Job("r", Endpoint("http://models.example/v1", "m"), PROMPT, LIMITS))
    broken = posted.next()
    assert isinstance(broken, ReplyBroken)
    assert broken.kind == "unreachable"
    assert "models.example (m)" in broken.owner
    assert "ALL_PROXY" in broken.owner
    assert "nonsense" not in broken.owner


def said(posted: Posted) -> list[str]:
    """The sentences up to the end of a reply."""
    found: list[str] = []
    while not isinstance(message := posted.next(), ReplyStreamed):
        assert not isinstance(message, ReplyBroken), message.owner
        if isinstance(message, SentenceArrived):
            found.append(message.text)
    return found


def test_the_first_reply_of_an_unknown_model_waits_for_its_end_since_it_may_be_a_thought(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    thought = words("She greets me. ", "I keep it short.", "</think>", "Hi there!")
    server.plan(thought, [*thought[:3], event(chunk("Hi again! What")), hang])
    streams.submit(job(server, model="some-model"))
    assert said(posted) == ["Hi there!"]
    streams.submit(
        job(server, "r2", model="some-model")
    )  # from now on it is known: the text streams after the mark
    assert isinstance(posted.next(), FirstTokenArrived)
    sentence = posted.next()
    assert isinstance(sentence, SentenceArrived)
    assert sentence.text == "Hi again!"


def test_a_model_that_was_seen_not_to_think_streams_from_then_on(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan(words("Hello there."), [event(chunk("Hello again. How")), hang])
    streams.submit(job(server, model="some-model"))
    assert said(posted) == ["Hello there."]
    streams.submit(job(server, "r2", model="some-model"))
    assert isinstance(posted.next(), FirstTokenArrived)
    assert isinstance(posted.next(), SentenceArrived)


def test_what_an_unknown_model_had_said_when_its_stream_broke_is_said(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan([event(chunk("Hello there. How are")), drop])
    streams.submit(job(server, model="some-model"))
    assert isinstance(posted.next(), FirstTokenArrived)
    sentence = posted.next()
    assert isinstance(sentence, SentenceArrived)
    assert sentence.text == "Hello there."
    assert isinstance(posted.next(), ReplyBroken)


def test_a_parameter_that_is_refused_is_left_out_at_once_and_from_then_on(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    refusal = status(
        400, {"error": {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens"}}
    )
    server.plan(refusal, words("Hello."), words("Hello."))
    for request in ("r", "r2"):
        streams.submit(job(server, request, retries=0, options={"max_tokens": 5}))
        assert said(posted) == ["Hello."]
    sent = [{name: value for name, value in r.body.items() if "tokens" in name} for r in server.requests]
    assert sent == [{"max_tokens": 5}, {"max_completion_tokens": 5}, {"max_completion_tokens": 5}]


@pytest.mark.parametrize(
    "refusal",
    [
        status(
            400,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                }
            },
        ),
        status(
            400,
            {
                "error": {
                    "message": "This model's maximum context length is 4096 tokens. However, you requested 4201 tokens",
                    "type": "invalid_request_error",
                    "code": "context_length_exceeded",
                }
            },
        ),
        status(413, {"detail": "no"}),
    ],
)
def test_of_a_talk_that_is_too_long_for_the_server_the_oldest_is_left_out_from_then_on(
    server: ModelServer, posted: Posted, streams: Streams, refusal: Sequence[Step]
) -> None:
    talk = (
        ChatMessage("system", "Be kind."),
        *(
            ChatMessage("user" if n % 2 == 0 else "assistant", f"{n}. {'word ' * 40}".strip())
            for n in range(19)
        ),
    )
    server.plan(refusal, refusal, words("Hello."), words("Hello."))
    for request in ("r", "r2"):
        streams.submit(replace(job(server, request, retries=0), prompt=talk))
        assert said(posted) == ["Hello."]
    sent = [[message["content"].split()[0] for message in r.body["messages"]] for r in server.requests]
    assert len(sent[0]) == 20
    assert len(sent[0]) > len(sent[1]) > len(sent[2]) > 2
    assert sent[3] == sent[2]
    assert all((names[0], names[-1]) == ("Be", "18.") for names in sent)


def test_a_single_question_that_is_too_long_is_refused_once(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan(status(413, {"error": {"message": "too many tokens"}}))
    streams.submit(job(server, retries=0))
    assert isinstance(posted.next(), ReplyBroken)
    assert len(server.requests) == 1


def test_a_server_that_loads_its_model_is_not_left_and_the_next_question_waits_for_it(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    short = RequestLimits(connect=2.0, first_token=0.2, total=10.0)
    server.plan([hang], [wait_for_gate, *words("x")], words("Hello."))
    streams.submit(job(server, retries=0, limits=short))
    broken = posted.next()
    assert isinstance(broken, ReplyBroken)
    assert "llm.first_token_timeout" in broken.owner
    streams.submit(job(server, "r2", retries=0, limits=short))
    assert server.arrived.acquire(timeout=5)  # the first question, which was given up
    assert server.arrived.acquire(timeout=5)  # what has the model loaded
    assert len(server.requests) == 2
    assert not server.requests[1].disconnected.is_set()
    server.gate.set()
    assert said(posted) == ["Hello."]


def test_a_server_is_warmed_up_before_somebody_asks(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    server.plan([wait_for_gate, *words("x")], words("Hello."))
    streams.warm(job(server, "", options={"max_tokens": 300}))
    assert server.arrived.acquire(timeout=5)
    assert server.requests[0].body["max_tokens"] == 1
    streams.submit(job(server))
    server.gate.set()
    assert said(posted) == ["Hello."]


def test_a_server_of_somebody_else_is_not_warmed_up() -> None:
    assert Endpoint("http://192.168.1.7:11434/v1", "m").is_private
    assert Endpoint("http://nas.local:11434/v1", "m").is_private
    assert not Endpoint("https://openrouter.ai/api/v1", "m").is_private
    assert not Endpoint("https://8.8.8.8/v1", "m").is_private


def test_a_reply_that_says_a_secret_ends_before_it(
    server: ModelServer, posted: Posted, streams: Streams
) -> None:
    kept = Secret("kestrel-40917-vellum-y")
    server.plan(
        words("Hello there, my friend. ", "The key is kestrel-40917-", "vellum-y. That is ", "all. Bye.")
    )
    streams.submit(job(server))
    came = [posted.next()]
    while not isinstance(came[-1], ReplyBroken):
        came.append(posted.next())
    assert [one.text for one in came if isinstance(one, SentenceArrived)] == ["Hello there, my friend."]
    assert came[-1].kind == "moderated"
    assert "kestrel" not in str(came)
    assert len(server.requests) == 1
    assert kept
