"""How much of a database's file is used, which on Windows is as large as its map."""

import struct
from pathlib import Path

import lmdb
import pytest

from actors.persistence.store.manifest import DATA, digest_of, size_of
from actors.persistence.store.used import used_bytes

MAP = 64 * 2**20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A database with some pages, as Windows leaves it: its file as large as the map."""
    with lmdb.open(str(tmp_path), map_size=MAP) as environment:
        for round in range(5):
            with environment.begin(write=True) as txn:
                for number in range(200):
                    txn.put(f"{number} of {round}".encode(), bytes(500))
        info, page = environment.info(), environment.stat()["psize"]
    (tmp_path / "expected").write_text(str((info["last_pgno"] + 1) * page))
    with (tmp_path / DATA).open("r+b") as file:
        file.truncate(MAP)
    return tmp_path


def used(folder: Path) -> int:
    with (folder / DATA).open("rb") as file:
        return used_bytes(file)


def write(folder: Path, at: int, data: bytes) -> None:
    with (folder / DATA).open("r+b") as file:
        file.seek(at)
        file.write(data)


def test_what_is_used_ends_with_the_last_page_that_lmdb_knows(folder: Path) -> None:
    assert used(folder) == int((folder / "expected").read_text()) < MAP / 10
    assert size_of(folder) == used(folder)


def test_the_digest_is_of_what_is_used_whatever_the_size_of_the_map(folder: Path) -> None:
    before = digest_of(folder)
    with (folder / DATA).open("r+b") as file:
        file.truncate(4 * MAP)
    assert digest_of(folder) == before
    with (folder / DATA).open("r+b") as file:
        file.truncate(used(folder))
    assert digest_of(folder) == before


@pytest.mark.parametrize("place", ["its first byte", "a meta page", "its last page"])
def test_every_change_of_what_is_used_changes_the_digest(folder: Path, place: str) -> None:
    before, size = digest_of(folder), used(folder)
    at = {"its first byte": 0, "a meta page": 4096 + 150, "its last page": size - 1}[place]
    with (folder / DATA).open("rb") as file:
        file.seek(at)
        there = file.read(1)
    write(folder, at, bytes((there[0] ^ 1,)))
    assert digest_of(folder) != before


@pytest.mark.parametrize("page", [0, 1])
def test_where_a_meta_page_cannot_be_read_the_whole_file_counts(folder: Path, page: int) -> None:
    write(folder, page * 4096 + 16, struct.pack("=I", 0))
    assert used(folder) == MAP


@pytest.mark.parametrize("content", [b"", b"x", bytes(8192)])
def test_a_file_that_is_no_database_counts_as_a_whole(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DATA).write_bytes(content)
    assert used(tmp_path) == len(content)


def test_a_file_that_was_cut_is_as_long_as_it_is(folder: Path) -> None:
    with (folder / DATA).open("r+b") as file:
        file.truncate(3 * 4096)
    assert used(folder) == 3 * 4096


def test_where_there_is_none_nothing_is_used(tmp_path: Path) -> None:
    assert size_of(tmp_path) == 0
