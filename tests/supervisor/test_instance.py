"""Who runs in a home: what a killed instance left is taken away, and no other user can take the lock."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from actors.kernel.media.ring_names import SHARED, new_name
from supervisor.instance import Claim

pytestmark = pytest.mark.posix("sockets of POSIX")


def left_by_a_killed_one(home: Path, **changes: Any) -> Mapping[str, Any]:
    killed = Claim(home)
    line = Path(tempfile.mkdtemp(prefix="gerald-"), "line")
    line.touch()
    instance = killed.publish("run", str(line))
    (killed.folder / "control").touch()
    file = home / "data" / "instance.json"
    left = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps(left))
    killed._lock.release()
    return {**left, "folder": str(Path(instance.address).parent)}


def test_the_next_start_removes_the_socket_of_one_that_was_killed(tmp_path: Path) -> None:
    left = left_by_a_killed_one(tmp_path)
    assert Path(left["folder"]).exists()
    claim = Claim(tmp_path)
    assert not Path(left["folder"]).exists()
    assert not Path(left["line"]).parent.exists()
    claim.release()


@pytest.mark.linux("looks into /dev/shm")
def test_the_next_start_frees_the_pictures_of_one_that_was_killed_with_all_its_processes(
    tmp_path: Path,
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    left, of_another = Path(SHARED, new_name(mine)), Path(SHARED, new_name(other))
    left.touch()
    of_another.touch()
    claim = Claim(mine)
    try:
        assert not left.exists()
        assert of_another.exists()
    finally:
        of_another.unlink()
        claim.release()


@pytest.mark.parametrize("address", ["precious/control", "gerald-precious/data", "gerald-full/control", ""])
def test_nothing_else_is_removed_whatever_the_file_says(tmp_path: Path, address: str) -> None:
    mine = tmp_path / (address or "x")
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    other = mine.with_name("other")
    other.write_text("mine")
    left = left_by_a_killed_one(tmp_path, address=str(mine) if address else "")
    claim = Claim(tmp_path)
    assert other.exists()
    assert mine.exists() or address == "gerald-full/control"
    claim.release()
    (Path(left["folder"]) / "control").unlink()
    Path(left["folder"]).rmdir()
    assert not Path(left["line"]).exists()


def test_no_other_user_can_take_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "data" / "instance.lock"
    lock.parent.mkdir()
    lock.touch(0o644)
    os.chmod(lock, 0o644)  # as an earlier version left it
    claim = Claim(tmp_path)
    assert lock.stat().st_mode & 0o077 == 0
    claim.release()
    lock.unlink(missing_ok=True)
    claim = Claim(tmp_path)
    assert lock.stat().st_mode & 0o077 == 0
    claim.release()


def test_a_home_is_given_back_although_its_file_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Claim(tmp_path)
    claim.publish("run")

    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refused)
        claim.release()
    Claim(tmp_path).release()
