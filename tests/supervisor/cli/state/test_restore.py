"""What `supervisor restore` refuses, and what it says; a whole instance is in tests/flows/test_backup.py."""

import time
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document, encoded_part
from actors.persistence.backup.content import BackupContent
from actors.persistence.backup.file import write
from actors.persistence.store.chain import Chain, Snapshot
from actors.system.state import SystemState
from actors.system.system import System
from supervisor.cli.main import cli
from supervisor.instance import Claim


def chain(domain: str = "system", schema: int = System.schema, payload: bytes = b"") -> Chain:
    whole = payload or encoded_part(Document(SystemState()), "", 0)
    return Chain(Snapshot(domain, schema, Version(1, 1), time.time(), (whole,)))


def backup(home: Path, *chains: Chain) -> Path:
    content = BackupContent({c.snapshot.domain: c for c in chains}, {}, {})
    return write(home / "some.backup", content, time.time()).path


def run(home: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, ["--home", str(home), *arguments], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


def test_it_says_what_is_inside_and_what_it_has_become(tmp_path: Path) -> None:
    output = run(tmp_path, "restore", str(backup(tmp_path, chain())), "--yes")
    assert "is intact" in output
    assert "system: restored as version 2.0" in output
    assert "before" not in output  # nothing was replaced


def test_without_a_terminal_it_must_be_told_that_it_may(tmp_path: Path) -> None:
    assert "--yes" in run(tmp_path, "restore", str(backup(tmp_path, chain())), code=1)
    assert not list(tmp_path.glob("data/state.lmdb/data.mdb"))


def test_it_waits_for_nobody_to_stop(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    try:
        output = run(tmp_path, "restore", str(backup(tmp_path, chain())), "--yes", code=4)
    finally:
        claim.release()
    assert "supervisor stop" in output


def test_a_state_of_a_later_version_takes_nothing_s_place(tmp_path: Path) -> None:
    run(tmp_path, "restore", str(backup(tmp_path, chain())), "--yes")
    later = backup(tmp_path, chain(schema=System.schema + 1))
    output = run(tmp_path, "restore", str(later), "--yes", code=1)
    assert "later version of Gerald" in output
    assert "nothing was changed" in output
    assert not list(tmp_path.glob("data/backups/*"))


def test_a_domain_that_is_not_in_it_is_named(tmp_path: Path) -> None:
    output = run(tmp_path, "restore", str(backup(tmp_path, chain())), "--domain", "users", code=1)
    assert "does not hold users; it holds system" in output


def test_one_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    assert "holds no state" in run(tmp_path, "restore", str(backup(tmp_path)), "--yes", code=1)


@pytest.mark.parametrize(("domain", "expires"), [("avatar", True), ("system", False)])
def test_what_has_outlived_its_time_is_said(tmp_path: Path, domain: str, expires: bool) -> None:
    old = chain("system")
    if domain == "avatar":
        from actors.avatar.avatar import Avatar
        from actors.avatar.state import AvatarState

        old = chain("avatar", Avatar.schema, encoded_part(Document(AvatarState()), "", 0))
    old = Chain(msgspec.structs.replace(old.snapshot, saved_at=5.0))
    output = run(tmp_path, "restore", str(backup(tmp_path, old)), "--yes")
    assert ("will begin with a new state" in output) is expires


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "gone.backup" in run(tmp_path, "restore", str(tmp_path / "gone.backup"), "--yes", code=1)
