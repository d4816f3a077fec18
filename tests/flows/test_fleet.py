"""`supervisor fleet` with real homes: started, looked at, updated and stopped as a user does."""

import contextlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supervisor.control.client import stream
from supervisor.demo.instance import free_port
from supervisor.fleet.launch import find_launcher
from supervisor.instance import running_instance
from tests.doubles.commands import run

pytestmark = pytest.mark.posix("signals of POSIX")


class TheFleet:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "fleet.yaml"
        self.homes = {name: folder / name for name in ("a", "b")}
        self.ports = {name: free_port() for name in self.homes}
        homes = "".join(
            f"- {{name: {name}, home: {name}, settings: {{osc.input_port: {self.ports[name]}, "
            f"osc.output_port: {free_port()}}}}}\n"
            for name in self.homes
        )
        self.file.write_text(
            "options: [--text]\n"
            "settings: {page.enabled: false, osc.query: 'off', llm.mock_responses: true}\n"
            f"homes:\n- {{name: lost, home: lost}}\n{homes}"
        )
        for home in self.homes.values():
            home.mkdir()

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        given = ("fleet", *arguments, "--file", str(self.file))
        return run(given, {**os.environ, "PYTHONSAFEPATH": "1"}, 150.0)

    def rows(self) -> dict[str, Any]:
        return {row["name"]: row for row in json.loads(self("status", "--json").stdout)["homes"]}

    def replies(self, name: str) -> bool:
        """Whether something that only the model can answer is answered."""
        asked = {"do": "talk", "text": "Tell me a story about a lighthouse.", "as": ""}
        return list(stream(self.homes[name], asked))[-1].get("outcome") == "said"

    def await_incarnation(self, name: str, address: str, number: int) -> None:
        for found in stream(self.homes[name], {"do": "follow"}, 60.0):
            row = next(one for one in found["actors"] if one["address"] == address)
            if row["incarnation"] >= number and row["health"] == "OK":
                return

    def pids(self) -> dict[str, int]:
        found = {name: running_instance(home) for name, home in self.homes.items()}
        return {name: one.pid for name, one in found.items() if one is not None}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[TheFleet]:
    made = TheFleet(tmp_path)
    yield made
    launchers = [find_launcher(home) for home in made.homes.values()]
    made("stop")
    assert not [one for one in launchers if one is not None and one.is_running()]


def test_homes_start_are_looked_at_updated_and_stopped_and_a_lost_one_keeps_nobody(fleet: TheFleet) -> None:
    started = fleet("start")
    assert started.returncode == 1, "one home is not there"
    assert "fleet.yaml:4:22: homes[0].home: the folder" in started.stderr
    assert started.stdout.count("ready (process") == 2, started.stdout
    before = fleet.pids()
    assert set(before) == {"a", "b"}

    for _ in stream(fleet.homes["a"], {"do": "talk", "text": "Hello", "as": ""}):
        pass
    rows = fleet.rows()
    assert [rows[name]["state"] for name in ("lost", "a", "b")] == ["stopped", "running", "running"]
    assert (rows["a"]["turns"], rows["b"]["turns"]) == (1, 0)
    assert rows["a"]["p95"] > 0
    assert rows["a"]["private"] > 10_000_000
    assert rows["a"]["processes"] >= 3, "its launcher, itself and the model's"

    again = fleet("start", "a", "b")
    assert (again.returncode, fleet.pids()) == (0, before), "who runs is left alone"

    updated = fleet("update", "a")
    assert updated.returncode == 0, updated.stdout + updated.stderr
    assert fleet.pids()["a"] != before["a"]

    stopped = fleet("stop", "b")
    assert (stopped.returncode, "state saved" in stopped.stdout) == (0, True)
    assert set(fleet.pids()) == {"a"}


def test_an_update_ends_at_the_first_that_is_less_well_and_a_start_between_two_lives_is_stopped(
    fleet: TheFleet,
) -> None:
    assert fleet("start", "a", "b").returncode == 0
    before = fleet.pids()
    # Somebody else gets a's port as soon as it is free.
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as thief:
        text = fleet.file.read_text().replace(str(fleet.ports["a"]), str(_bound(thief)))
        fleet.file.write_text(text.replace("options:", "ready_within: 8\noptions:"))
        updated = fleet("update", "a", "b")
    assert updated.returncode == 1
    assert "a: came back less well than before: osc.receiver" in updated.stderr
    assert fleet.pids()["b"] == before["b"], "it was not reached"

    os.kill(fleet.pids()["b"], signal.SIGKILL)  # its launcher starts it again, unless it is told to stop
    assert fleet("stop", "b").returncode == 0
    assert find_launcher(fleet.homes["b"]) is None
    assert "b" not in fleet.pids()


def _bound(taken: socket.socket) -> int:
    taken.bind(("127.0.0.1", 0))
    return int(taken.getsockname()[1])


def test_homes_share_one_model_which_may_die(fleet: TheFleet) -> None:
    """Both speak with the model of one process; it is killed, and both speak with the next one."""
    text = fleet.file.read_text().replace(", llm.mock_responses: true", "")
    fleet.file.write_text(f"{text}services: [{{name: models, actors: [llm.local]}}]\n")
    assert fleet("start", "a", "b").returncode == 0
    service = json.loads(fleet("status", "--json").stdout)["services"]
    assert [(one["name"], one["state"]) for one in service] == [("(models)", "serving")]
    assert all(fleet.replies(name) for name in fleet.homes)
    assert {name: fleet.rows()[name]["processes"] for name in fleet.homes} == {"a": 2, "b": 2}, "no model's"

    published = fleet.file.parent / "services" / "models.json"
    os.kill(json.loads(published.read_text())["pid"], signal.SIGKILL)
    for name in fleet.homes:
        fleet.await_incarnation(name, "llm.local", 2)
        assert fleet.replies(name)

    assert fleet("stop").returncode == 0
    assert not published.exists()
    for home in fleet.homes.values():
        assert list(home.glob("data/traces/*/llm.local.0001.mcap")), "each has the trace of its own"
