"""Errors of the disk, with a remedy that the owner can act on."""

import errno
import sys
from pathlib import Path

from actors.kernel.errors import PersistenceError


class StoreError(PersistenceError):
    """The store failed. The text names the file; `remedy` says what the owner can do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


_MAP_FULL = -30792  # LMDB's own number; its others are the system's
_ANOTHER_PLACE = "make the disk writable again, or let storage.database_url point to another one"
_SPACE = "free some space on that disk; what is new is written then"
_IN_THE_WAY = "a file stands where the folder should be: move it away"
_HELD = (
    "another program has the file open, such as a virus scanner: close it, or have it leave out this folder"
)
_RIGHTS = "give Gerald's user the right to write there"
_REMEDIES = {
    errno.ENOSPC: _SPACE,
    getattr(errno, "EDQUOT", errno.ENOSPC): _SPACE,
    errno.EROFS: _ANOTHER_PLACE,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs: the system has no more open files to give",
    # LMDB reports a partial write as an input/output error.
    errno.EIO: "check whether the disk is full or faulty (df, dmesg)",
    _MAP_FULL: "the database has reached its limit: look at what fills it, or give storage.map_size more",
}
_WINDOWS_REMEDIES = {
    19: _ANOTHER_PLACE,  # write-protected
    32: _HELD,  # sharing violation
    33: _HELD,  # lock violation
    39: _SPACE,  # the disk is full, as a handle has it
    112: _SPACE,
    1224: _HELD,  # a part of it is mapped by a program
    1295: _SPACE,  # quota
}
"""By Windows' own numbers, which Python makes other errnos of, or EINVAL."""
_OTHERWISE = "check the free space and the health of that disk"


def store_error(path: Path, doing: str, error: Exception) -> StoreError:
    """The failure of `doing` something with the store at `path`. The remedy depends on the error's number, never on
    its words, which the system may say in another language."""
    return StoreError(f"{path}: {doing}: {error}", _remedy(error))


def _remedy(error: Exception) -> str:
    known = _WINDOWS_REMEDIES.get(_windows_number(error))
    return known or _REMEDIES.get(_number(error), _OTHERWISE)


def _windows_number(error: Exception) -> int:
    """What Windows calls it; 0 if none."""
    code = int(getattr(error, "code", 0) or 0) if sys.platform == "win32" else 0
    return int(getattr(error, "winerror", None) or code)


def _number(error: Exception) -> int:
    """The errno of an error of the system or of LMDB, which on Windows has its numbers; 0 if none."""
    if isinstance(error, OSError):
        return error.errno or 0
    code = int(getattr(error, "code", 0) or 0)
    if sys.platform == "win32" and code > 0:
        return OSError(None, "", None, code).errno or 0
    return code
