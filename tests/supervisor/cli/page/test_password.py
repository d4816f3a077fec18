"""`supervisor page password` and `sign-out-all`, without a running instance."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from supervisor.cli.main import cli
from supervisor.page.gate.passwords import Passwords
from supervisor.page.gate.sessions import Sessions

PASSWORD = "correct horse battery"


def run(home: Path, *arguments: str, typed: str = "", code: int = 0) -> str:
    ended = CliRunner().invoke(cli, ["--home", str(home), "page", *arguments], input=typed)
    assert ended.exit_code == code, ended.output
    assert PASSWORD not in ended.output
    return ended.output


def test_a_password_is_read_and_removed(tmp_path: Path) -> None:
    assert "was set" in run(tmp_path, "password", typed=PASSWORD + "\n")
    passwords = Passwords(tmp_path / "data")
    assert passwords.role_of(PASSWORD) is True
    said = json.loads(run(tmp_path, "password", "--look-only", "--json", typed="only for looking"))
    assert said == {"role": "look", "set": True}
    assert passwords.role_of("only for looking") is False
    assert "was removed" in run(tmp_path, "password", "--remove")
    assert passwords.role_of(PASSWORD) is None


@pytest.mark.parametrize("typed", ["", "short\n", "aaaaaaaaaaaaaa\n"])
def test_a_weak_one_changes_nothing(tmp_path: Path, typed: str) -> None:
    assert "nothing was changed" in run(tmp_path, "password", typed=typed, code=1)
    assert not Passwords(tmp_path / "data").has(may_act=True)


def test_everybody_is_signed_out(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "data", Passwords(tmp_path / "data").epoch)
    session = sessions.begin(1.0, may_act=True)
    assert "everybody is signed out" in run(tmp_path, "sign-out-all")
    assert sessions.find(session.token, 2.0) is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "page").write_text("a file is in the way")
    assert "page" in run(tmp_path, "password", typed=PASSWORD, code=1)
