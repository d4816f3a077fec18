"""A home that belongs to another user: every command says in one line which file, whose it is, and what to type."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.exit_status import FAILED, NO_INSTANCE, UNREADABLE
from tests.doubles.powerless import POWERLESS, is_root

OTHER = 54321

pytestmark = pytest.mark.skipif(not is_root(), reason="only root may give files away")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for folder in ("data/state.lmdb", "data/state", "data/traces/20260101T000000Z-1"):
        (home / folder).mkdir(parents=True)
    for file in ("data/instance.json", "data/instance.lock", "data/state.lmdb/data.mdb"):
        (home / file).write_bytes(b"{}")
    for path in (home, *home.rglob("*")):
        os.chown(path, OTHER, OTHER)
        path.chmod(0o755 if path in (home, home / "data") else 0o700)
    return home


@pytest.mark.parametrize(
    ("command", "status", "file"),
    [
        ("run --text --no-launcher", UNREADABLE, "data/instance.lock"),
        ("status", NO_INSTANCE, "data/instance.json"),
        ("users list", FAILED, "data/state.lmdb"),
        ("trace show", FAILED, "data/traces"),
        ("config set llm.temperature 0.5 --save", UNREADABLE, "data"),
    ],
)
def test_it_is_said_which_file_whose_it_is_and_what_to_type(
    foreign: Path, command: str, status: int, file: str
) -> None:
    line = (*POWERLESS, sys.executable, "-m", "supervisor", "--home", str(foreign), *command.split())
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == status, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"{foreign / file} belongs to {OTHER}" in done.stderr
    assert f"`sudo chown -R root {foreign / file}`" in done.stderr
