"""Commands in processes of their own, within limits."""

from pathlib import Path

import pytest

from supervisor.page import commands
from supervisor.page.commands import CommandFailed, parsed, run

WITHIN = 60.0


def test_what_a_command_prints_comes_back_and_why_it_does_not(tmp_path: Path) -> None:
    assert parsed(run(tmp_path, "trace", "ls", "--json", within=WITHIN)) == []
    with pytest.raises(CommandFailed, match="there is no trace called nothing"):
        run(tmp_path, "trace", "turns", "--run", "nothing", within=WITHIN)


def test_one_that_is_late_is_ended(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"not done within 0\.01 s"):
        run(tmp_path, "trace", "ls", "--json", within=0.01)


def test_one_that_says_too_much_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "LARGEST", 10)
    with pytest.raises(CommandFailed, match="larger than"):
        run(tmp_path, "--help", within=WITHIN)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(CommandFailed, match="no sense"):
        parsed(b"{")
