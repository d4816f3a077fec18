"""A folder in memory for readable secrets while an editor has them, which is gone afterwards, whatever happens.

A process of its own waits for the end of this one, however it comes, and takes the folder away.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["main", "private_folder"]


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only its owner can enter; overwritten and removed at the end. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="gerald-secrets-", dir=_in_memory()))
    guard = subprocess.Popen(
        [sys.executable, "-m", "config.secrets.private", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    assert guard.stdin is not None
    assert guard.stdout is not None
    try:
        if not guard.stdout.readline():
            raise OSError(0, "nobody could be set to guard them", "the readable secrets")
        yield folder
    finally:
        _remove(folder)
        with contextlib.suppress(OSError):
            guard.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            guard.wait(5.0)
        guard.stdout.close()


def _in_memory() -> Path | None:
    """A folder whose files never reach a disk, where the system has one."""
    for name in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):
        if name and os.access(name, os.W_OK | os.X_OK):
            return Path(name)
    return None


def _remove(folder: Path) -> None:
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if file.is_file() and not file.is_symlink():
                with file.open("r+b", buffering=0) as opened:
                    opened.write(b"\0" * file.stat().st_size)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """The guard: says that it is there, waits for the end of its standard input, and cleans up."""
    folder = Path(sys.argv[1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    # Twice: an editor that outlives the command may be writing at this moment.
    for _ in range(2):
        _remove(folder)


if __name__ == "__main__":
    main()
