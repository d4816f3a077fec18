"""Model servers that answer, refuse the key, are slow or not there; a real server on this machine."""

import socket
import threading
from collections.abc import Iterator

import pytest

from supervisor.doctor.finding import Finding
from supervisor.doctor.machine import server, timekeeping
from supervisor.doctor.machine.server import gather, judge
from supervisor.doctor.machine.timekeeping import ClockFacts
from tests.doubles.model_server import ModelServer, hang, status, words
from tests.supervisor.doctor.conftest import Make, said

BACK = "the clock was set back"
KEY = "sk-test-0123456789"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def asked(subject: Make, model: ModelServer) -> Finding:
    llm = {"base_url": model.base_url, "model": "tiny", "api_key": KEY}
    (found,) = judge(gather(subject(llm=llm)))
    assert KEY not in f"{found.seen}{found.remedy}"
    return found


def test_one_word_is_asked_for_with_the_key(subject: Make, model: ModelServer) -> None:
    model.plan(words("Hello", " there"))
    found = asked(subject, model)
    assert found.severity == "ok"
    assert "(tiny) answers: the first word after" in found.seen
    (request,) = model.requests
    assert request.body["max_tokens"] == 1
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_a_refused_key_is_a_problem(subject: Make, model: ModelServer) -> None:
    model.plan(status(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}))
    found = asked(subject, model)
    assert found.severity == "problem"
    assert "does not accept the API key" in found.seen
    assert "llm.api_key" in found.remedy


def test_a_server_that_calls_the_limit_otherwise_is_asked_as_gerald_asks(
    subject: Make, model: ModelServer
) -> None:
    refusal = status(400, {"error": {"message": "max_tokens is not supported"}})
    model.plan(refusal, words("Hello"))
    assert asked(subject, model).severity == "ok"
    assert model.requests[1].body["max_tokens"] == 300


def test_a_model_that_thinks_first_answers_all_the_same(subject: Make, model: ModelServer) -> None:
    model.plan(words(finish="length"))
    assert asked(subject, model).severity == "ok"


def test_one_that_says_nothing_for_long_is_a_note(
    subject: Make, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CONNECT", 1.0)
    monkeypatch.setattr(server, "FIRST_TOKEN", 0.2)
    model.plan([hang])
    found = asked(subject, model)
    assert found.severity == "note"
    assert "no word came within 0.2 s" in found.seen


def test_one_that_is_not_there_is_a_problem(subject: Make) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        (found,) = judge(gather(subject(llm={"base_url": url})))
    assert found.severity == "problem"
    assert "cannot be reached" in found.seen


def test_all_of_a_list_are_asked_at_the_same_time(subject: Make) -> None:
    with ModelServer() as one, ModelServer() as other:
        both = threading.Barrier(2)

        def meet(handler: object) -> None:
            both.wait(60.0)

        one.plan([meet, *words("Hi")])
        other.plan([meet, *status(404, {"error": {"message": "no such model"}})])
        models = [{"name": "a", "base_url": one.base_url}, {"name": "b", "base_url": other.base_url}]
        found = judge(gather(subject(llm={"models": models})))
    assert [str(each.severity) for each in found] == ["ok", "problem"]


def test_nobody_is_asked_where_that_is_not_wanted_or_needed(subject: Make, model: ModelServer) -> None:
    found = judge(gather(subject(llm={"base_url": model.base_url}, ask_model=False)))
    assert "not asked (--no-ask-model)" in found[0].seen
    assert judge(gather(subject(llm={"mock_responses": True})))[0].severity == "ok"
    assert "placeholder" in judge(gather(subject()))[0].seen
    assert not model.requests


# -- the clock


def test_the_clock_is_compared_with_the_server_s(subject: Make, model: ModelServer) -> None:
    facts = timekeeping.gather(subject(llm={"base_url": model.base_url, "api_key": KEY}))
    assert facts.ahead is not None
    assert abs(facts.ahead) < 5.0
    assert timekeeping.judge(facts)[0].severity == "ok"


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (ClockFacts(1e9), "problem: it is 2001-09-09 by this machine's clock"),
        (ClockFacts(1.8e9, "h", 120.0), "problem: this machine's clock is 120 s ahead of that of h"),
        (ClockFacts(1.8e9, "h", -3600.0), "problem: this machine's clock is 3600 s behind that of h"),
        (ClockFacts(1.8e9, newest=1.8e9 + 90), f"problem: a file was written 90 s in the future: {BACK}"),
        (ClockFacts(1.8e9, "h", 1.2, offset=-12600.0), "ok: UTC-3.5; as that of h, within 1 s"),
        (ClockFacts(1.8e9), "ok: UTC+0; not compared with another clock"),
    ],
)  # fmt: skip
def test_what_the_clock_is_told(facts: ClockFacts, line: str) -> None:
    assert said(timekeeping.judge(facts)) == [line]


def test_a_file_from_the_future_is_seen(subject: Make) -> None:
    import os
    import time

    whole = subject()
    file = whole.home.path / "note"
    file.touch()
    os.utime(file, (time.time() + 7200, time.time() + 7200))
    assert timekeeping.judge(timekeeping.gather(whole))[0].severity == "problem"
