"""What the page for programs refuses, whoever asks; the instance answers nothing here."""

import json
import time
from collections.abc import Iterator

import pytest

from supervisor.page.api.failures import MOST
from supervisor.page.api.openapi import ROOT
from supervisor.page.api.operations import OPERATIONS
from supervisor.page.api.tokens import add, file_of, remove
from tests.supervisor.page.attacks.conftest import Answer, Served, Visitor

JSON = "application/json"


@pytest.fixture
def program(served: Served) -> Iterator[Visitor]:
    file = file_of(served.home / "data")
    secret = add(file, "program", time.time(), may_act=True)
    yield Visitor(served.port, {"authorization": f"Bearer {secret}"})
    remove(file, "program")


@pytest.fixture
def watcher(served: Served) -> Iterator[Visitor]:
    """Who may look, and change nothing."""
    file = file_of(served.home / "data")
    secret = add(file, "watcher", time.time(), may_act=False)
    yield Visitor(served.port, {"authorization": f"Bearer {secret}"})
    remove(file, "watcher")


def path_of(path: str) -> str:
    return ROOT + path.replace("{", "").replace("}", "")


def problem(answer: Answer) -> str:
    """The detail of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer
    told = json.loads(answer.body)
    assert told["status"] == answer.status
    return str(told["detail"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_request_needs_a_token_and_changes_one_that_may_act(
    served: Served, stranger: Visitor, owner: Visitor, watcher: Visitor, operation: object
) -> None:
    from supervisor.page.api.operations import Operation

    assert isinstance(operation, Operation)
    path = path_of(operation.path)
    refused = stranger.ask(operation.method, path, content_type=JSON)
    assert refused.status == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "supervisor page token add" in problem(refused)
    assert owner.ask(operation.method, path, content_type=JSON).status == 401, "a cookie is no token"
    answer = watcher.ask(operation.method, path, content_type=JSON)
    assert answer.status in ((403,) if operation.acts or operation.private else (503, 409, 400))
    problem(answer)


def test_a_strangers_probes(stranger: Visitor) -> None:
    assert (stranger.get("/healthz").status, stranger.get("/healthz").body) == (200, "ok\n")
    ready = stranger.get("/readyz")
    assert (ready.status, json.loads(ready.body)["ready"]) == (503, False)
    assert stranger.get("/metrics").status == 503
    described = stranger.get(f"{ROOT}/openapi.json")
    assert json.loads(described.body)["openapi"] == "3.1.0"


def test_what_is_not_there_is_told_to_bearers_only(stranger: Visitor, program: Visitor) -> None:
    for path in ("", "/", "/nothing", "/../../etc/passwd", "/users/a/b/c", "/openapi.json/x"):
        assert stranger.get(ROOT + path).status in (401, 307), path
        assert program.get(ROOT + path).status in (404, 307), path


def test_a_withdrawn_token_is_refused_at_once(served: Served) -> None:
    file = file_of(served.home / "data")
    secret = add(file, "brief", time.time(), may_act=True)
    visitor = Visitor(served.port, {"authorization": f"bearer  {secret}"})
    assert visitor.get(f"{ROOT}/nothing").status == 404
    remove(file, "brief")
    refused = visitor.get(f"{ROOT}/nothing")
    assert refused.status == 401
    assert "not known" in problem(refused)


@pytest.mark.parametrize(
    "given", ["Basic abc", "Bearer", "Bearer ", "gerald_x", "Bearer " + "x" * 5000, "Bearer \xe9"]
)
def test_what_is_no_token_is_none(served: Served, given: str) -> None:
    assert Visitor(served.port, {"authorization": given}).get(f"{ROOT}/status").status in (401, 429)


@pytest.mark.parametrize(
    ("body", "kind", "status", "says"),
    [
        ("{", JSON, 400, "no JSON"),
        ("[1]", JSON, 400, "must be a JSON object"),
        ("[" * 60_000, JSON, 400, "no JSON"),
        ('{"text": "x"}', "application/x-www-form-urlencoded", 415, "application/json"),
        ('{"text": "x", "Text": "y"}', JSON, 400, "unknown in the body: Text"),
        ('{"text": ""}', JSON, 400, "empty"),
        ('{"text": "' + "x" * 5000 + '"}', JSON, 400, "at most 4000"),
        ("{}", JSON, 400, "text is missing"),
        ("", JSON, 400, "text is missing"),
    ],
)
def test_a_body_that_makes_no_sense(program: Visitor, body: str, kind: str, status: int, says: str) -> None:
    answer = program.ask("POST", f"{ROOT}/talk", body, content_type=kind)
    assert answer.status == status
    assert says in problem(answer)


def test_a_large_body_is_refused_before_it_is_read(program: Visitor) -> None:
    answer = program.ask("POST", f"{ROOT}/talk", "x", content_type=JSON, content_length=str(100 << 20))
    assert answer.status == 413


def test_the_wrong_method_is_told_the_right_one(program: Visitor) -> None:
    answer = program.ask("POST", f"{ROOT}/status", "{}", content_type=JSON)
    assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert program.ask("DELETE", f"{ROOT}/users/Anna").status == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec_fetch_site": "cross-site", "sec_fetch_mode": "cors"},
        {"origin": "null", "sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
        {"host": "evil.example"},
    ],
)
def test_another_site_uses_no_token(program: Visitor, headers: dict[str, str]) -> None:
    for method, path, body in (("GET", "/status", ""), ("POST", "/acts/stop", "{}")):
        answer = program.ask(method, ROOT + path, body, content_type=JSON, **headers)
        assert answer.status in (403, 421)
        assert "access-control-allow-origin" not in answer.headers


def test_without_an_instance_it_says_so_and_names_no_folder(served: Served, program: Visitor) -> None:
    answer = program.get(f"{ROOT}/users")
    assert answer.status in (503, 409)
    assert str(served.home) not in problem(answer)
    streamed = program.ask("POST", f"{ROOT}/talk", '{"text": "Hi"}', content_type=JSON)
    assert streamed.status in (503, 409)
    assert str(served.home) not in problem(streamed)


def test_guesses_are_slowed_down_and_bearers_are_not(hasty: Served) -> None:
    guessing = Visitor(hasty.port, {"authorization": "Bearer gerald_guess"})
    statuses = [guessing.get(f"{ROOT}/status").status for _ in range(MOST + 2)]
    assert statuses == [401] * MOST + [429] * 2
    answer = guessing.get(f"{ROOT}/status")
    assert 1 <= int(answer.headers["retry-after"]) <= 61
    secret = add(file_of(hasty.home / "data"), "good", time.time(), may_act=True)
    assert Visitor(hasty.port, {"authorization": f"Bearer {secret}"}).get(f"{ROOT}/nothing").status == 404
