"""What was damaged and set aside. Nothing needs it, but it holds what people said until it is removed."""

import glob
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from actors.persistence.store.database import SALVAGED, Transaction
from actors.persistence.store.errors import store_error
from actors.persistence.store.store import Store

BEFORE_RESTORE = ".before-restore-"
"""In the name of an unreadable store that a restore moved aside."""


class QuarantinedState(msgspec.Struct, frozen=True, kw_only=True):
    """path: a file or folder, "" for what is under `key` in the database. size: bytes."""

    size: int
    path: str = ""
    key: str = ""


def leftovers(path: Path, folder: Path, aside: Mapping[str, int]) -> tuple[QuarantinedState, ...]:
    """Beside the database at `path`, in `folder` with the snapshots in files, and `aside` in the database itself."""
    places = {
        *beside(path, SALVAGED),
        *beside(path, BEFORE_RESTORE),
        *folder.glob("*/*.corrupt.*"),
        *beside(folder, BEFORE_RESTORE),
    }
    found = (QuarantinedState(path=str(place), size=_size(place)) for place in sorted(places))
    return (*found, *(QuarantinedState(key=key, size=size) for key, size in aside.items()))


def beside(path: Path, mark: str) -> Iterable[Path]:
    """Files and folders whose names are that of `path`, `mark` and more."""
    return path.parent.glob(f"{glob.escape(path.name)}{mark}*")


def prune(store: Store, found: Iterable[QuarantinedState]) -> None:
    """Remove these while nothing uses the store. Raises StoreError."""
    left = tuple(found)

    def drop(txn: Transaction) -> None:
        for leftover in left:
            for key in txn.keys(f"{leftover.key}/") if leftover.key else ():
                txn.delete(key)

    for leftover in left:
        if leftover.path:
            _remove(Path(leftover.path))
    if any(leftover.key for leftover in left):
        store.database.change("removing what was set aside", drop)
        store.database.compact()


def _remove(place: Path) -> None:
    try:
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
    except OSError as error:
        raise store_error(place, "removing it", error) from error


def _size(place: Path) -> int:
    files = place.rglob("*") if place.is_dir() else (place,)
    try:
        return sum(file.stat().st_size for file in files if file.is_file())
    except OSError:
        return 0
