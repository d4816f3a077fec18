"""Copies a database that is in use, to read it without changing it.

`python -m actors.persistence.recovery.inspect FOLDER TO` does it in another process, which a damaged database may kill.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import lmdb

from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.manifest import DATA
from actors.persistence.store.probe import run_isolated

WITHIN = 120.0


@contextlib.contextmanager
def as_of_now(path: Path, *, used: bool) -> Iterator[Path]:
    """The folder of an unchanging database: `path`, or a copy if another process uses it. Raises StoreError."""
    if not used or not (path / DATA).exists():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="gerald-") as folder:
        _copy(path, Path(folder))
        yield Path(folder)


def _copy(path: Path, to: Path) -> None:
    try:
        why = run_isolated("actors.persistence.recovery.inspect", path, to, within=WITHIN)
    except (subprocess.TimeoutExpired, OSError) as error:
        raise store_error(path, "copying it", error) from error
    if why:
        raise StoreError(f"{path} is in use, and cannot be copied: {why}", "stop the instance, and try again")


if __name__ == "__main__":
    try:
        # With its lock: no page is reused while this reader is known to the others.
        with lmdb.open(sys.argv[1], readonly=True, create=False) as used:
            used.copy(sys.argv[2])
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
