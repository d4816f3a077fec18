"""What was damaged and set aside: it is in nobody's way, and still holds what people said, until it is removed."""

import glob
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from actors.persistence.store.database import SALVAGED, Transaction
from actors.persistence.store.errors import store_error
from actors.persistence.store.store import Store

__all__ = ["QuarantinedState", "leftovers", "prune"]


BEFORE_RESTORE = ".before-restore-"
"""In the name of a store that could not be read, and was moved aside by a restore."""


class QuarantinedState(msgspec.Struct, frozen=True):
    """path: a file or folder; empty for what stands under `key` in the database. size: bytes."""

    path: str = ""
    key: str = ""
    size: int = 0


def leftovers(path: Path, folder: Path | None, aside: Mapping[str, int]) -> tuple[QuarantinedState, ...]:
    """Beside the database at `path`, in the `folder` of the copies in files, and `aside` in the database itself."""
    beside = [*_beside(path, SALVAGED), *_beside(path, BEFORE_RESTORE)]
    if folder is not None:
        beside += [*folder.glob("*/*.corrupt.*"), *_beside(folder, BEFORE_RESTORE)]
    found = (QuarantinedState(str(place), size=_size(place)) for place in sorted(set(beside)))
    return (*found, *(QuarantinedState(key=key, size=size) for key, size in aside.items()))


def _beside(path: Path, mark: str) -> Iterable[Path]:
    return path.parent.glob(f"{glob.escape(path.name)}{mark}*")


def prune(store: Store, found: Iterable[QuarantinedState]) -> None:
    """Remove them; nobody may use the store meanwhile. Raises StoreError."""
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
