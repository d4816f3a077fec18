"""A home that an earlier version of Gerald left starts with everything in it."""

import shutil
from pathlib import Path

import pytest

from tests.flows.conftest import Command, forked_instance, ports
from tests.supervisor.offline.test_kept_home import KEPT

pytestmark = pytest.mark.slow


def test_it_starts_and_knows_whom_it_met(home: Path, supervisor: Command) -> None:
    shutil.copytree(KEPT / "data", home / "data")
    with forked_instance(home, (*ports(), "llm.mock_responses=true"), {}, "--text"):
        rows = supervisor.json_of("status")["actors"]
        assert {row["health"] for row in rows if row["address"] in ("persistence", "users")} == {"OK"}
        assert supervisor.json_of("users", "show", "anna")["preferences"]["favourite colour"] == "violet"
        supervisor("talk", "Hello again", "--as", "Anna")
    users = supervisor.json_of("users", "show", "anna")
    assert [talk["detail"] for talk in users["interaction_history"]][-1] == "Hello again"
    assert len(users["interaction_history"]) == 4
