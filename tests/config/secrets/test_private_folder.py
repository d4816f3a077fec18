"""Readable secrets are gone when the editor has closed, whatever happens."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.secrets import private_folder as module
from config.secrets.private_folder import private_folder
from tests.doubles.rights import is_owners_only

PROGRAM = """
import time
from config.secrets.private_folder import private_folder
from tests.doubles.rights import is_owners_only
with private_folder() as folder:
    (folder / "secrets.yaml").write_text("readable")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_it_is_the_owners_only_and_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with private_folder() as folder:
        assert is_owners_only(folder)
        (folder / "secrets.yaml").write_text("readable")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_command_leaves_nothing_readable() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=root) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        folder = Path(run.stdout.readline().strip())
        assert (folder / "secrets.yaml").exists()
        run.kill()
        run.stderr.read()  # the guard has it open until it is done
    assert not folder.exists()


def test_nothing_readable_is_made_when_nobody_guards_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(module, "_GUARD", "")
    with pytest.raises(OSError, match="the process that guards them did not start"), private_folder():
        pytest.fail("there is no guard")
    assert list(tmp_path.iterdir()) == []
