"""Whole instances, in processes and homes of their own."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from supervisor.demo.instance import DemoInstance, free_port
from tests.doubles import commands
from tests.doubles.forked import ForkedProcess


class Command:
    """The `supervisor` command in a home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str, code: int = 0, within: float = 60.0) -> str:
        """Run it; what it printed. Fails when it exits with another code."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GERALD_", "OPENROUTER")) or name == "GERALD_KEY_FILE"
        }
        done = commands.run(("--home", str(self.home), *arguments), environment, within)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def json_of(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run it with --json; the object that it printed."""
        found = self.json(*arguments, code=code)
        assert isinstance(found, dict)
        return found

    def json(self, *arguments: str, code: int = 0) -> object:
        """Run it with --json; the last document that it printed."""
        return json.loads(self(*arguments, "--json", code=code).splitlines()[-1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def supervisor(home: Path) -> Command:
    return Command(home)


def ports() -> tuple[str, str]:
    return f"osc.input_port={free_port()}", f"osc.output_port={free_port()}"


def forked_instance(
    home: Path, settings: Sequence[str], environment: Mapping[str, str], *flags: str
) -> DemoInstance:
    """An instance whose processes are forked, where that is possible; others start `supervisor run` as a user does."""
    start = ForkedProcess if hasattr(os, "fork") else subprocess.Popen
    return DemoInstance(home, settings, environment, *flags, start=start)


@pytest.fixture
def mocked(home: Path) -> Iterator[DemoInstance]:
    """An instance that reads and writes, with scripted replies."""
    with forked_instance(home, (*ports(), "llm.mock_responses=true"), {}, "--text") as running:
        yield running
