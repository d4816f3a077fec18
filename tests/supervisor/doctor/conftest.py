"""Homes to examine."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.schema import Config
from supervisor.doctor.finding import Findings
from supervisor.doctor.subject import Subject

Make = Callable[..., Subject]


@pytest.fixture
def subject(tmp_path: Path) -> Make:
    """A subject in a home of its own; keywords that name sections are the configuration's, others the subject's."""

    def make(**given: Any) -> Subject:
        sections = {name: value for name, value in given.items() if name in Config.model_fields}
        others = {name: value for name, value in given.items() if name not in sections}
        return Subject(others.pop("home", Home(tmp_path)), Config.model_validate(sections), **others)

    return make


@pytest.fixture
def vrchat(tmp_path: Path) -> Iterator[int]:
    """A process that is called as VRChat is, with an argument as of its launch options."""
    if sys.platform != "linux":
        pytest.skip("a program that sleeps is copied")
    program = tmp_path / "VRChat.exe"
    shutil.copy(str(shutil.which("sleep")), program)
    process = subprocess.Popen([str(program), "600"])
    yield process.pid
    process.kill()
    process.wait()


def said(findings: Findings) -> list[str]:
    """Each finding as `severity: seen`."""
    return [f"{one.severity}: {one.seen}" for one in findings]


def worst(findings: Findings) -> str:
    """The gravest severity of all."""
    order = ["ok", "note", "problem"]
    return max((str(one.severity) for one in findings), key=order.index)
