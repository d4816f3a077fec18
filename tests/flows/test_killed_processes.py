"""SIGKILL of a pinned process while it works: the bot says so, starts it again, and answers the next question."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from supervisor.demo.instance import DemoInstance
from tests.flows.conftest import Command, ports

pytestmark = [
    pytest.mark.models,
    pytest.mark.posix("signals of POSIX"),
]
SILENT = ("audio.input_device=none", "audio.output_device=none")
WITHIN = 30.0


def actor(instance: DemoInstance, address: str) -> dict[str, Any]:
    (found,) = (row for row in instance.call({"do": "status"})["actors"] if row["address"] == address)
    assert isinstance(found, dict)
    return found


def until_restarted(instance: DemoInstance, address: str) -> dict[str, Any]:
    """Wait until the actor runs in another incarnation than the first."""
    gate = threading.Event()
    for _ in range(int(WITHIN / 0.05)):
        row = actor(instance, address)
        if row["incarnation"] > 1 and row["state"] == "running" and row["health"] != "STARTING":
            return row
        gate.wait(0.05)
    raise AssertionError(f"{address} did not come back: {row}")


def test_the_local_model_killed_while_it_generates(home: Path, supervisor: Command) -> None:
    with DemoInstance(home, ports(), {}, "--text") as instance:
        asking = subprocess.Popen(
            [sys.executable, "-m", "supervisor", "--home", str(home), "talk", "Tell me a long story."],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert asking.stdout is not None
        asking.stdout.read(1)  # the first sentence has come: it generates
        psutil.Process(actor(instance, "llm.local")["pid"]).kill()
        asking.communicate(timeout=WITHIN)
        row = until_restarted(instance, "llm.local")
        assert row["restarts"] == 1
        assert "signal 9" in row["last_error"]
        assert supervisor("talk", "Are you still there?").strip()
        assert "llm.local" in supervisor("status")
    assert "llm.local: Killed: process" in (home / "run.out").read_text()


@pytest.mark.parametrize("address", ["speech.synthesizer", "speech.recognizer"])
def test_the_voice_or_the_ears_killed_while_the_bot_speaks(
    home: Path, supervisor: Command, address: str
) -> None:
    settings = (*ports(), *SILENT, "llm.mock_responses=true")
    with DemoInstance(home, settings, {}) as instance:
        assert supervisor("talk", "Hello").strip()
        asking = subprocess.Popen(
            [sys.executable, "-m", "supervisor", "--home", str(home), "talk", "Tell me more."],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert asking.stdout is not None
        asking.stdout.read(1)
        psutil.Process(actor(instance, address)["pid"]).kill()
        row = until_restarted(instance, address)
        assert row["restarts"] == 1
        asking.communicate(timeout=2 * WITHIN)
        assert supervisor("talk", "Are you still there?", within=90.0).strip()
