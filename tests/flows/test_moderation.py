"""A whole instance whose words are judged by a server on this machine: switched on, failing and switched off live."""

from pathlib import Path

import pytest

from tests.doubles.model_server import ModelServer, status, verdict
from tests.flows.conftest import Command, forked_instance, ports

pytestmark = pytest.mark.slow
INSTEAD = "Let us talk about something else."


def test_it_is_switched_on_and_off_while_gerald_runs(home: Path, supervisor: Command) -> None:
    settings = (*ports(), "llm.mock_responses=true", f"safety.instead={INSTEAD}")
    with ModelServer() as server, forked_instance(home, settings, {}, "--text"):
        server.plan(verdict("hate"), status(401, {"error": {"message": "no"}}))
        supervisor("config", "set", "safety.moderation.base_url", server.base_url)
        assert INSTEAD in supervisor("talk", "Hello!", "--as", "Mio")
        assert server.requests[0].path == "/v1/moderations"
        assert INSTEAD in supervisor("talk", "And now?", "--as", "Mio")
        actors = supervisor.json_of("status")["actors"]
        (one,) = (actor for actor in actors if actor["address"] == "llm.moderator")
        assert one["health"] == "DEGRADED"
        assert "401 it does not accept the API key; what cannot be judged is withheld" in one["reason"]

        supervisor("config", "unset", "safety.moderation.base_url")
        asked = len(server.requests)
        assert INSTEAD not in supervisor("talk", "Goodbye!", "--as", "Mio")
        assert len(server.requests) == asked
