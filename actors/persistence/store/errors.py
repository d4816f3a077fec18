"""Errors of the disk, with a remedy that the owner can act on."""

from pathlib import Path

from actors.kernel.errors import PersistenceError


class StoreError(PersistenceError):
    """The store failed. The text names the file; `remedy` says what the owner can do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


_REMEDIES = {
    ("no space", "quota", "disk full"): "free some space on that disk; what is new is written then",
    ("read-only", "readonly"): (
        "make the disk writable again, or let storage.database_url point to another one"
    ),
    ("permission", "access is denied"): "give Gerald's user the right to write there",
    ("not a directory", "file exists"): "a file stands where the folder should be: move it away",
    ("too many open files",): "raise the limit of open files (ulimit -n)",
    ("mapsize", "map size"): (
        "the database has reached its limit: look at what fills it, or give storage.map_size more"
    ),
    # LMDB reports a partial write as an input/output error.
    ("input/output",): "check whether the disk is full or faulty (df, dmesg)",
}
_OTHERWISE = "check the free space and the health of that disk"


def store_error(path: Path, doing: str, error: Exception) -> StoreError:
    """The failure of `doing` something with the store at `path`."""
    text = str(error)
    found = (remedy for words, remedy in _REMEDIES.items() if any(word in text.lower() for word in words))
    return StoreError(f"{path}: {doing}: {text}", next(found, _OTHERWISE))
