"""What an owner is told to do about a failing disk depends on the error's number."""

import errno
from pathlib import Path
from typing import Any

import lmdb
import pytest

from actors.persistence.store.errors import store_error

PATH = Path("/srv/state.lmdb")
VOLL = "Auf dem Ger\u00e4t ist kein Speicherplatz mehr verf\u00fcgbar"


def lmdb_error(code: int) -> lmdb.Error:
    error = lmdb.Error("mdb_put: words in any language")
    error.code = code
    return error


def windows_error(code: int, number: int = errno.EINVAL) -> OSError:
    """As Windows' Python has it: the errno is not always one that fits."""
    error = WindowsError(number, "Worte in irgendeiner Sprache")
    error.winerror = code
    return error


class WindowsError(OSError):
    winerror: Any = None


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (windows_error(112, errno.ENOSPC), "free some space"),
        (windows_error(39), "free some space"),
        (windows_error(1295), "free some space"),
        (windows_error(19, errno.EACCES), "make the disk writable"),
        (windows_error(5, errno.EACCES), "the right to write"),
        (windows_error(32, errno.EACCES), "another program has the file open"),
        (windows_error(1224), "another program has the file open"),
        (OSError(errno.ENOSPC, VOLL), "free some space"),
        (OSError(errno.EDQUOT, VOLL), "free some space"),
        (lmdb_error(errno.ENOSPC), "free some space"),
        (OSError(errno.EROFS, "nur lesbar"), "make the disk writable"),
        (lmdb_error(errno.EACCES), "the right to write"),
        (OSError(errno.EPERM, "nicht erlaubt"), "the right to write"),
        (OSError(errno.EEXIST, "gibt es"), "move it away"),
        (OSError(errno.EMFILE, "zu viele"), "ulimit -n"),
        (lmdb_error(errno.EIO), "df, dmesg"),
        (OSError(errno.ENXIO, "no space in these words: permission"), "health of that disk"),
        (ValueError("no number: disk full"), "health of that disk"),
    ],
)
def test_the_remedy_goes_by_the_number_and_not_by_the_words(error: Exception, remedy: str) -> None:
    failed = store_error(PATH, "writing", error)
    assert remedy in failed.remedy
    assert str(failed) == f"{PATH}: writing: {error}"


def test_lmdb_gives_the_numbers_that_are_expected_of_it(tmp_path: Path) -> None:
    with (
        lmdb.open(str(tmp_path / "full"), map_size=1 << 16) as full,
        pytest.raises(lmdb.MapFullError) as reached,
        full.begin(write=True) as transaction,
    ):
        transaction.put(b"key", b"x" * (1 << 17))
    assert "storage.map_size" in store_error(PATH, "writing", reached.value).remedy
    (tmp_path / "file").touch()
    with pytest.raises(lmdb.Error) as below:
        lmdb.open(str(tmp_path / "file" / "inner"), create=False)
    assert "move it away" in store_error(PATH, "opening", below.value).remedy
