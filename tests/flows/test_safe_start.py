"""`supervisor run --safe`: the core alone, without what was stored to be told; and it says so."""

from pathlib import Path

import pytest

from tests.flows.conftest import Command, forked_instance, ports

pytestmark = pytest.mark.slow


def test_a_safe_start_runs_the_core_alone_and_ends_stored_subscriptions(
    home: Path, supervisor: Command
) -> None:
    with forked_instance(home, (*ports(), "llm.mock_responses=true"), {}, "--text"):
        supervisor("talk", "I am here", "--as", "Anna")
        supervisor("ask", "users", "Subscribe", '{"address": "world"}')
    with forked_instance(home, (), {}, "--safe"):
        found = supervisor.json_of("status")
        assert found["safe"]
        assert found["left_out"][1:] == ["the subscription of world to users was ended"]
        off = {row["address"] for row in found["actors"] if row["state"] == "disabled"}
        running = {
            row["address"] for row in found["actors"] if row["state"] == "running" and row["kind"] == "actor"
        }
        assert running == {
            "persistence",
            "configuration",
            "conversation",
            "users",
            "world",
            "avatar",
            "system",
        }
        assert off >= {"llm", "llm.local", "osc.receiver", "osc.sender", "audio.microphone", "vision.camera"}
        assert "started with --safe" in supervisor("status")
        assert "started with --safe" in (home / "run.out").read_text()
        assert "Anna" in supervisor("users", "list")
    with forked_instance(home, (*ports(), "llm.mock_responses=true"), {}, "--text"):
        found = supervisor.json_of("status")
        assert not found["safe"]
        assert found["left_out"] == []
