"""The disk is full, on a real small file system: the bot talks on, and what is due is written when there is room."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.demo.instance import DemoInstance
from supervisor.exit_status import UNSAVED
from tests.flows.conftest import Command, forked_instance, ports

pytestmark = [
    pytest.mark.slow,
    pytest.mark.linux("a file system that is full"),
    pytest.mark.skipif(
        sys.platform == "linux" and os.geteuid() != 0, reason="only root may mount a file system"
    ),
]
SIZE = 24 * 2**20
WRITTEN_WITHIN = 10.0


@pytest.fixture
def small(home: Path) -> Iterator[Path]:
    """The home's data folder on a file system of its own."""
    data = home / "data"
    data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(data)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield data
    subprocess.run(["umount", "--lazy", str(data)], check=True)


def started(home: Path) -> DemoInstance:
    settings = ("llm.mock_responses=true", "trace.keep=1000000", "trace.max_size=100000")
    return forked_instance(home, (*ports(), *settings), {}, "--text")


def fill(folder: Path) -> Path:
    """Leave not one byte; the file that takes them."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        size = 2**20
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
    return ballast


def health(supervisor: Command) -> tuple[str, str]:
    rows = supervisor.json_of("status")["actors"]
    return next((row["health"], row["reason"]) for row in rows if row["address"] == "persistence")


def until_health(supervisor: Command, wanted: str, within: float) -> str:
    end = time.monotonic() + within
    while True:
        found, reason = health(supervisor)
        if found == wanted:
            return reason
        assert time.monotonic() < end, (found, reason)


def test_a_full_disk_stops_no_talk_and_is_caught_up_with(
    home: Path, small: Path, supervisor: Command
) -> None:
    with started(home):
        assert supervisor("talk", "Before the flood", "--as", "Anna").strip()
        ballast = fill(small)
        assert supervisor("talk", "During the flood", "--as", "Ben").strip()
        reason = until_health(supervisor, "DEGRADED", WRITTEN_WITHIN)
        assert "going on in memory" in reason
        assert supervisor("talk", "Still during the flood", "--as", "Ben").strip()
        ballast.unlink()
        until_health(supervisor, "OK", WRITTEN_WITHIN)
        supervisor("stop")
    with started(home):
        users = supervisor.json_of("state", "show", "users")["state"]["users"]
        assert {user["display_name"] for user in users.values()} >= {"Anna", "Ben"}
        (ben,) = (user for user in users.values() if user["display_name"] == "Ben")
        assert "flood" in str(ben)


def test_a_state_that_could_not_be_saved_is_an_exit_status_of_its_own(
    home: Path, small: Path, supervisor: Command
) -> None:
    with started(home) as instance:
        assert supervisor("talk", "Before the flood", "--as", "Anna").strip()
        fill(small)
        assert supervisor("talk", "During the flood", "--as", "Ben").strip()
        until_health(supervisor, "DEGRADED", WRITTEN_WITHIN)
        assert "NOT saved" in supervisor("stop", code=UNSAVED)
    assert instance.exit_code == UNSAVED
