"""A folder in memory for readable secrets while an editor has them. A guard process removes it even after SIGKILL."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Twice at least: an editor that outlives the command may be writing at this moment. On Windows nobody can remove a file
# that it has open.
_GUARD = """
import os, shutil, sys, time
print("ready", flush=True)
sys.stdin.buffer.read()
for pause in (0, 0, 0.1, 0.5, 1, 2, 5, 10, 30):
    if pause and not os.path.exists(sys.argv[1]):
        break
    time.sleep(pause)
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
if sys.platform == "win32":
    # A console of its own, which nobody sees: it must outlive the window of the command.
    _APART = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _APART = 0


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only its owner can enter; its files are overwritten and removed at the end. Raises OSError."""
    memory = next((name for name in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm") if _writable(name)), None)
    folder = Path(tempfile.mkdtemp(prefix="gerald-secrets-", dir=memory))
    command = [sys.executable, "-I", "-c", _GUARD, str(folder)]
    pipe = subprocess.PIPE
    guard = subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True, creationflags=_APART)
    try:
        assert guard.stdout is not None
        if not guard.stdout.readline():
            raise OSError(0, "the process that guards them did not start", "the readable secrets")
        yield folder
    finally:
        _remove(folder)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            guard.communicate(timeout=5.0)


def _writable(folder: str | None) -> bool:
    return bool(folder) and os.access(str(folder), os.W_OK | os.X_OK)


def _remove(folder: Path) -> None:
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if file.is_file() and not file.is_symlink():
                with file.open("r+b", buffering=0) as opened:
                    opened.write(b"\0" * file.stat().st_size)
    shutil.rmtree(folder, ignore_errors=True)
