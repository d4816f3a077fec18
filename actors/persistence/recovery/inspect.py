"""Reads a database without changing it: directly when nothing uses it, else a private copy of it.

`python -m actors.persistence.recovery.inspect FOLDER TO` makes the copy, in a process of its own: a damaged database
may kill the process that reads it.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import lmdb

from actors.persistence.store.database import Transaction
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import DATA
from actors.persistence.store.probe import run_isolated

__all__ = ["as_of_now", "look"]

WITHIN = 120.0

T = TypeVar("T")


@contextlib.contextmanager
def as_of_now(path: Path, *, used: bool) -> Iterator[Path]:
    """The folder of a database that does not change: `path` itself, or a private copy where another process uses it.
    Raises StoreError."""
    if not used or not (path / DATA).exists():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="gerald-") as folder:
        _copy(path, Path(folder))
        yield Path(folder)


def look(path: Path, look: Callable[[Transaction], T]) -> T:
    """What `look` finds in a database that does not change. Raises StoreError."""
    try:
        with (
            lmdb.open(str(path), readonly=True, lock=False, create=False) as environment,
            environment.begin() as txn,
        ):
            return look(Transaction(txn))
    except (lmdb.Error, OSError) as error:
        raise store_error(path, "reading it", error) from error


def _copy(path: Path, to: Path) -> None:
    try:
        why = run_isolated("actors.persistence.recovery.inspect", path, to, within=WITHIN)
    except (subprocess.TimeoutExpired, OSError) as error:
        raise store_error(path, "copying it", error) from error
    if why:
        raise StoreError(
            f"{path} is in use, and cannot be copied to be read: {why}", "stop the instance, and try again"
        )


if __name__ == "__main__":
    try:
        # With its lock, as a reader that the others know: no page is reused meanwhile.
        with lmdb.open(sys.argv[1], readonly=True, create=False) as used:
            used.copy(sys.argv[2])
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
