"""Checks a whole database in another process, which a damaged database may kill.

`python -m actors.persistence.store.probe FOLDER` exits with 0 when every page can be read and copied.
"""

import os
import subprocess
import sys
from pathlib import Path

import lmdb

from actors.vocabulary.process_end import ended, is_crash

WITHIN = 60.0


def why_unsound(path: Path) -> str:
    """Why the database at `path` cannot be used, "" when it can. Raises OSError, also when it takes too long."""
    try:
        return run_isolated("actors.persistence.store.probe", path, within=WITHIN)
    except subprocess.TimeoutExpired:
        raise OSError(None, f"it could not be checked within {WITHIN:g} s", str(path)) from None


def run_isolated(module: str, *paths: Path, within: float) -> str:
    """Run a module in another process; why it failed, or "". Raises OSError, TimeoutExpired after `within` seconds."""
    command = [sys.executable, "-m", module, *map(str, paths)]
    tried = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=within
    )
    if tried.returncode == 0:
        return ""
    said = tried.stderr.strip().splitlines()
    if is_crash(tried.returncode):
        return f"the process that reads it {ended(tried.returncode)}"
    return said[-1][:300] if said else f"reading it fails with status {tried.returncode}"


def walk(path: Path) -> None:
    """Read every value, find each by its key, and copy every page to nowhere. Raises an exception for any damage."""
    with lmdb.open(str(path), readonly=True, lock=False, create=False) as environment:
        with environment.begin(buffers=True) as txn, txn.cursor() as cursor:
            before = b""
            for key, value in cursor:
                # With keys out of order some cannot be found, and the next writes make it worse.
                name = bytes(key)
                if name <= before or txn.get(name) is None:
                    raise ValueError("its keys are not in order")
                name.decode()
                before = name
                sum(value[::512])
        with open(os.devnull, "wb") as nowhere:
            environment.copyfd(nowhere.fileno(), compact=True)


if __name__ == "__main__":
    try:
        walk(Path(sys.argv[1]))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
