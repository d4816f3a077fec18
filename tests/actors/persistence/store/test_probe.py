"""A database is looked through by a process that may die of it."""

import shutil
from pathlib import Path

import lmdb
import pytest

from actors.persistence.store import probe as module
from actors.persistence.store.probe import why_unsound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound database of some hundred pages."""
    folder = tmp_path / "state.lmdb"
    with lmdb.open(str(folder), map_size=2**22) as environment, environment.begin(write=True) as txn:
        for n in range(200):
            txn.put(f"key {n:04d}".encode(), bytes((n,)) * 5000)
    return folder


def cut(folder: Path, size: int) -> None:
    with (folder / "data.mdb").open("r+b") as file:
        file.truncate(size)


def test_a_sound_database_is_called_sound_and_not_changed(folder: Path) -> None:
    before = (folder / "data.mdb").read_bytes()
    assert why_unsound(folder) == ""
    assert (folder / "data.mdb").read_bytes() == before


def test_a_truncated_one_that_kills_its_reader_is_told_by_those_who_live(folder: Path) -> None:
    cut(folder, 10 * 4096)
    why = why_unsound(folder)
    assert "killed by" in why or "Error" in why


@pytest.mark.parametrize("size", [0, 100, 4096, 8192])
def test_one_that_is_hardly_there_is_unsound(folder: Path, size: int) -> None:
    cut(folder, size)
    assert why_unsound(folder)


def test_what_is_no_database_is_unsound(folder: Path) -> None:
    (folder / "data.mdb").write_bytes(b"no database" * 1000)
    assert "Invalid" in why_unsound(folder)


def test_none_at_all_is_unsound_and_none_is_made(tmp_path: Path) -> None:
    assert why_unsound(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("key", [b"zey 0100", b"\xffey 0100"], ids=["out of order", "no text"])
def test_a_damaged_key_is_noticed(folder: Path, key: bytes) -> None:
    """Others would be looked for in vain because of it, and no sum tells of it."""
    file = folder / "data.mdb"
    file.write_bytes(file.read_bytes().replace(b"key 0100", key))
    assert why_unsound(folder)


def test_it_is_not_waited_for_without_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WITHIN", 0.001)
    with pytest.raises(OSError, match="could not be checked within"):
        why_unsound(folder)


def test_a_folder_that_cannot_be_written_can_be_looked_through(folder: Path) -> None:
    (folder / "lock.mdb").unlink(missing_ok=True)
    (folder / "lock.mdb").mkdir()
    assert why_unsound(folder) == ""
    shutil.rmtree(folder / "lock.mdb")
