"""tools/wine.sh where nothing is set up: it says so, and never begins by itself to install."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.tools.loading import ROOT

pytestmark = pytest.mark.posix("scripts of a POSIX shell")


def wine(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "GERALD_WINE": str(folder)}
    command = [str(ROOT / "tools" / "wine.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_it_says_what_can_be_typed(tmp_path: Path) -> None:
    said = wine(tmp_path)
    assert said.returncode == 2
    for word in ("setup", "ready", "python", "test"):
        assert f"tools/wine.sh {word}" in said.stderr


def test_an_empty_folder_is_not_ready_and_stays_empty(tmp_path: Path) -> None:
    assert wine(tmp_path, "ready").returncode == 1
    for run in (("python", "-V"), ("test", "nodes")):
        said = wine(tmp_path, *run)
        assert said.returncode == 1
        assert "not set up" in said.stderr
        assert "tools/wine.sh setup" in said.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_was_set_up_for_other_packages_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "ready").write_text("the sum of another list\n")
    assert wine(tmp_path, "ready").returncode == 1


def test_a_piece_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = wine(tmp_path, "test", "nose")
    assert said.returncode == 1
    assert "there is no piece 'nose'; there are kernel config nodes" in said.stderr
