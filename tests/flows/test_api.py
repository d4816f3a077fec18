"""The page for programs of a running instance, as a program uses it."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from supervisor.demo.instance import DemoInstance, free_port
from tests.flows.conftest import Command, forked_instance, ports

WITHIN = 30.0
NAME = "Quetzalcoatlus"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def served(home: Path, port: int) -> Iterator[DemoInstance]:
    settings = (*ports(), "llm.mock_responses=true", "page.enabled=true", f"page.port={port}")
    with forked_instance(home, settings, {}, "--text") as running:
        yield running


@pytest.fixture
def url(served: DemoInstance, supervisor: Command) -> str:
    return str(supervisor.json_of("page", "--no-open")["url"])


@pytest.fixture
def program(url: str, supervisor: Command) -> Iterator[httpx.Client]:
    token = supervisor.json_of("page", "token", "add", "program")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{url}api/v1", headers=headers, timeout=WITHIN, trust_env=False) as client:
        yield client


def test_a_program_talks_looks_up_forgets_and_is_turned_away(
    url: str, program: httpx.Client, supervisor: Command
) -> None:
    with program.stream("POST", "/talk", json={"text": "Hello there!", "as": NAME}) as reply:
        assert reply.headers["content-type"].startswith("application/x-ndjson")
        parts = [json.loads(line) for line in reply.iter_lines()]
    assert [part["event"] for part in parts][:2] == ["turn", "sentence"]
    assert (parts[-1]["event"], parts[-1]["outcome"]) == ("end", "said")
    with program.stream(
        "POST", "/say", json={"text": "One. Two."}, headers={"Accept": "text/event-stream"}
    ) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        events = [line for line in reply.iter_lines() if line.startswith("event: ")]
    assert events[-1] == "event: end"

    assert program.get("/status").json()["ready"] is True
    assert [row["display_name"] for row in program.get("/users").json()["people"]] == [NAME]
    assert program.get(f"/users/{NAME}").json()["people"]
    corrected = program.post(f"/users/{NAME}/correct", json={"what": "called", "to": "Quetz"})
    assert corrected.json()["after"] == "called: Quetz"
    assert program.post(f"/users/{NAME}/correct", json={"what": "called"}).status_code == 400
    assert program.post(f"/users/{NAME}/merge", json={"other": "Nobody"}).status_code == 409
    assert program.post(f"/users/{NAME}/block", json={"blocked": True}).json()["blocked"] is True
    assert program.post(f"/users/{NAME}/forget").json()["forgotten"]
    refused = program.post(f"/users/{NAME}/forget")
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"

    told = program.post("/actors/osc.sender/tell", json={"type": "Typing", "message": {"on": False}})
    assert told.json()["id"]
    assert program.post("/actors/users/ask", json={"type": "Ping"}).json()["type"] == "Pong"
    assert program.post("/actors/nobody/ask", json={"type": "Ping"}).status_code == 409
    assert "wave" in str(program.get("/acts").json()["known"])
    assert "acts" in program.post("/acts/stop").json()
    assert program.get("/look").status_code == 409, "the eyes are closed"

    with httpx.Client(timeout=WITHIN, trust_env=False) as stranger:
        assert stranger.get(f"{url}healthz").text == "ok\n"
        assert stranger.get(f"{url}readyz").json()["ready"] is True
        scraped = stranger.get(f"{url}metrics")
        assert scraped.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        names = {family.name for family in text_string_to_metric_families(scraped.text)}
        assert {"gerald_ready", "gerald_turns", "gerald_actor_health"} <= names
        assert NAME not in scraped.text
        assert stranger.get(f"{url}api/v1/status").status_code == 401
    assert program.get("/metrics").json()["gerald_ready"]["samples"][0]["value"] == 1

    supervisor("page", "token", "remove", "program")
    assert program.get("/status").status_code == 401


def test_a_program_changes_the_configuration_as_the_command_does(
    program: httpx.Client, supervisor: Command
) -> None:
    assert program.get("/config/llm.temperature").json()["key"] == "llm.temperature"
    assert program.post("/config/llm.temperature", json={"value": 0.25}).json()["outcome"] == "applied"
    assert program.get("/config/llm.temperature").json()["value"] == 0.25
    assert program.post("/config/llm.temperature/unset").json()["outcome"] == "applied"
    assert program.get("/config/diff").json()["changes"] == []
    refused = program.post("/config/llm.temperature", json={"value": "hot"})
    assert refused.status_code == 409
    assert "temperature" in refused.json()["detail"]
    for key in ("llm.api_key", "nothing.at.all", "llm"):
        assert program.get(f"/config/{key}").status_code == 409
    muted = program.post("/mute", json={"what": "all", "muted": True})
    assert muted.status_code == 200
    assert program.get("/config/audio.mute_voice").json()["value"] is True
    listed = supervisor.json("page", "token", "list")
    assert isinstance(listed, list)
    assert [one["name"] for one in listed] == ["program"]
    friends = supervisor.json_of("page", "token", "add", "friend", "--read-only")["token"]
    friend = {"Authorization": f"Bearer {friends}"}
    assert program.get("/status", headers=friend).status_code == 200
    assert program.post("/mute", json={"what": "all", "muted": False}, headers=friend).status_code == 403
