"""The manifest beside a database."""

import stat
from pathlib import Path

import pytest

from actors.kernel.protocol.storage import Version
from actors.persistence.store import manifest as module
from actors.persistence.store.manifest import (
    DATA,
    Manifest,
    ManifestFile,
    damage_of,
    digest_of,
    is_older,
    read_manifest,
)

KNOWN = Manifest("abc", {"users": Version(3, 9), "world": Version(1, 0)}, {"users": 4})


def write(path: Path, manifest: Manifest) -> None:
    ManifestFile(path).update(digest=manifest.digest, versions=manifest.versions, epochs=manifest.epochs)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, KNOWN)
    assert read_manifest(tmp_path) == KNOWN
    assert damage_of(tmp_path) == ""
    write(tmp_path, Manifest())
    assert read_manifest(tmp_path) == Manifest()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"digest": 1}', b"\xff\xfe", b"null"])
def test_one_that_cannot_be_read_says_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "witness.json").write_bytes(content)
    assert read_manifest(tmp_path) == Manifest()
    assert "cannot be noticed" in damage_of(tmp_path)


def test_a_folder_without_one_has_an_empty_one(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == Manifest()
    assert read_manifest(tmp_path / "nowhere") == Manifest()
    assert damage_of(tmp_path) == ""


def test_deep_nesting_is_not_a_manifest_either(tmp_path: Path) -> None:
    (tmp_path / "witness.json").write_bytes(b'{"x":' + b"[" * 100_000)
    assert read_manifest(tmp_path) == Manifest()


@pytest.mark.posix("modes of files")
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    write(tmp_path, KNOWN)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_digest_tells_every_change_of_the_file(tmp_path: Path) -> None:
    assert digest_of(tmp_path) == ""
    seen = set()
    for content in (b"", b"a", b"b", b"a" * 2**20, b"a" * (2**20 + 1), b"b" + b"a" * 2**20):
        (tmp_path / DATA).write_bytes(content)
        seen.add(digest_of(tmp_path))
    assert len(seen) == 6
    assert "" not in seen


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 10)
    (tmp_path / DATA).write_bytes(bytes(11))
    assert digest_of(tmp_path) == ""


def test_one_that_cannot_be_written_leaves_the_one_before_and_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, KNOWN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("config.files.os.replace", full)
    write(tmp_path, Manifest())
    assert read_manifest(tmp_path) == KNOWN
    assert [file.name for file in tmp_path.iterdir()] == ["witness.json"]


def test_what_happens_to_the_database_is_noted_and_known_to_the_next_process(tmp_path: Path) -> None:
    (tmp_path / DATA).write_bytes(b"content")
    file = ManifestFile(tmp_path)
    file.closed({"users": Version(1, 2)})
    file.closed({"world": Version(1, 1)})
    assert file.values.digest == digest_of(tmp_path)
    file.opened("users", 2)
    again = ManifestFile(tmp_path)
    again.read()
    assert again.values == Manifest("", {"users": Version(1, 2), "world": Version(1, 1)}, {"users": 2})


def test_a_version_older_than_the_one_it_was_closed_with_is_noticed() -> None:
    assert is_older("users", Version(3, 9), KNOWN) == is_older("nobody", Version(), KNOWN) == ""
    assert "users was at version 3.9" in is_older("users", Version(3, 8), KNOWN)
