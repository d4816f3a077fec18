"""A file is replaced as a whole or not at all, and what fails leaves nothing behind."""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.files import NoHomeFolder, beside, located, replace_file, sync_folder, write_private


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "state.json"
    path.write_text("before")
    return path


def no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_pieces_take_the_place_of_what_was_there(file: Path) -> None:
    replace_file(file, (b"a", b"b"))
    assert file.read_text() == "ab"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.posix("modes of files")
def test_only_its_owner_may_read_it_however_it_was_before(file: Path) -> None:
    file.chmod(0o644)
    replace_file(file, (b"a",))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("alone", [True, False])
def test_what_breaks_off_leaves_the_file_as_it_was_and_nothing_beside_it(file: Path, alone: bool) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        replace_file(file, pieces(), alone=alone)
    assert file.read_text() == "before"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_an_error_that_names_the_file(
    file: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, step, no_space)
        with pytest.raises(OSError, match="No space") as caught:
            replace_file(file, (b"a",))
    assert caught.value.filename == str(file)
    assert file.read_text() == "before"
    assert list(file.parent.iterdir()) == [file]


def test_what_a_killed_process_left_behind_is_taken_over(file: Path) -> None:
    left = file.with_name("state.json.new")
    left.write_text("half of somebody's words")
    left.chmod(0o644)
    with beside(file) as new:
        assert new == left
        assert new.read_bytes() == b""
        new.write_bytes(b"a")
    assert file.read_text() == "a"
    assert not left.exists()


def test_two_that_write_at_once_do_not_meet(file: Path) -> None:
    with beside(file, alone=False) as one, beside(file, alone=False) as other:
        one.write_text("one")
        other.write_text("other")
    assert file.read_text() == "one"  # the block that ended last


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whether a folder or a file was synced, in order, and when the file was put in place."""
    seen: list[str] = []
    sync, replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        seen.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def put(old: str, new: str) -> None:
        seen.append("replace")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", put)
    return seen


@pytest.mark.posix("folders are synced")
@pytest.mark.parametrize(
    ("write", "steps"),
    [
        (lambda path: replace_file(path, (b"a",)), ["file", "replace", "folder"]),
        (lambda path: write_private(path, b"a"), ["file", "replace", "folder"]),
        (lambda path: replace_file(path, (b"a",), durable=False), ["replace"]),
    ],
)
def test_what_is_durable_is_synced_before_and_after(
    file: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None], steps: list[str]
) -> None:
    seen = counted(monkeypatch)
    write(file)
    assert seen == steps


def test_a_private_file_makes_its_folder(tmp_path: Path) -> None:
    write_private(tmp_path / "a" / "b" / "c", b"x")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"x"


@pytest.mark.posix("folders are synced")
def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "nowhere")


def test_a_path_as_people_give_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "somebody"))
    assert located(tmp_path, "data/x") == tmp_path / "data/x"
    assert located(Path("elsewhere"), str(tmp_path)) == tmp_path
    assert located(tmp_path, "~/x") == tmp_path / "somebody" / "x"


@pytest.mark.posix("folders of other users")
def test_a_home_folder_that_nobody_knows_is_named() -> None:
    with pytest.raises(
        NoHomeFolder, match="~nobody-of-that-name/x begins with ~nobody-of-that-name, and no user"
    ):
        located(Path("/h"), "~nobody-of-that-name/x")


class SharingViolation(PermissionError):
    """As Windows has it: the file is in use."""

    winerror = 32


@pytest.mark.parametrize("refusals", [1, 5])
def test_a_file_that_somebody_reads_is_replaced_as_soon_as_it_is_let_go(
    file: Path, refusals: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, left = os.replace, [SharingViolation(13, "in use")] * refusals

    def put(old: str, new: str) -> None:
        if left:
            raise left.pop()
        replace(old, new)

    monkeypatch.setattr("config.files.time.sleep", lambda _: None)
    monkeypatch.setattr(os, "replace", put)
    replace_file(file, (b"a",))
    assert file.read_text() == "a"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("error", "tries"), [(SharingViolation(13, "in use"), 8), (PermissionError(13, "no"), 1)]
)
def test_one_that_is_never_let_go_or_may_not_be_replaced_is_an_error(
    file: Path, error: OSError, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def put(old: str, new: str) -> None:
        seen.append(old)
        raise error

    monkeypatch.setattr("config.files.time.sleep", lambda _: None)
    monkeypatch.setattr(os, "replace", put)
    with pytest.raises(PermissionError):
        replace_file(file, (b"a",))
    assert len(seen) == tries
    assert file.read_text() == "before"


@pytest.mark.skipif(os.name != "nt", reason="elsewhere nobody holds a name")
def test_a_reader_holds_up_nobody_for_long(file: Path) -> None:
    reader = file.open("rb")
    threading.Timer(0.2, reader.close).start()
    replace_file(file, (b"a",))
    assert file.read_text() == "a"
