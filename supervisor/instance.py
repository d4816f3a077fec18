"""The instance that runs in a home: one at a time, with its pid and the address of its control socket.

The lock ends with the process that holds it; data/instance.json only says how to reach that process.
"""

import contextlib
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from actors.kernel.media.ring_names import remove_leftovers
from config.files import replace_file
from config.ownership import trouble


class NoInstance(Exception):
    """Nothing runs in this home."""


class AlreadyRunning(Exception):
    """Another process runs in this home; `pid` is 0 if it is unknown."""

    def __init__(self, home: Path, pid: int) -> None:
        super().__init__(f"Gerald already runs in {home}" + (f", as process {pid}" if pid else ""))
        self.pid = pid


@dataclass(frozen=True, slots=True)
class Instance:
    """How to reach a running instance. key: hex, known to this user only."""

    pid: int
    family: str
    address: str
    key: str
    run: str


class Claim:
    """The right to run in a home until this process ends. Raises AlreadyRunning."""

    def __init__(self, home: Path) -> None:
        self._file = home / "data" / "instance.json"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = self._file.with_suffix(".lock")
        self._lock = FileLock(lock, mode=0o600)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise AlreadyRunning(home, int(_read(self._file).get("pid", 0))) from None
        with contextlib.suppress(OSError):
            lock.chmod(0o600)  # who may read it, may lock it: an earlier version let every local user
        _remove_sockets_of(_read(self._file))
        remove_leftovers(home)
        self.folder = Path(tempfile.mkdtemp(prefix="gerald-"))  # a socket path has at most 108 bytes
        self.instance: Instance | None = None

    def publish(self, run: str, line: str = "") -> Instance:
        """Write down how to reach this process; only its user can read the file. line: its launcher's socket."""
        windows = sys.platform == "win32"
        self.instance = Instance(
            os.getpid(),
            "AF_PIPE" if windows else "AF_UNIX",
            rf"\\.\pipe\{self.folder.name}" if windows else str(self.folder / "control"),
            secrets.token_hex(32),
            run,
        )
        written = {**asdict(self.instance), "line": line}
        replace_file(self._file, (json.dumps(written).encode(),), durable=False)
        return self.instance

    def release(self) -> None:
        """Give the home back. What cannot be removed, in a folder that was made read-only, is left: the next start sees
        that nobody is there, and an end in order must not look like a crash."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            for left in self.folder.glob("*"):
                left.unlink(missing_ok=True)
            self.folder.rmdir()
        self._lock.release()


def find_instance(home: Path) -> Instance:
    """The instance that runs in `home`. Raises NoInstance, also when only the file of a dead one is left."""
    file = home / "data" / "instance.json"
    lock = file.with_suffix(".lock")
    try:
        file.open("rb").close()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise NoInstance(f"whether Gerald runs in {home} cannot be told: {trouble(error)}") from None
    seen = _read(file)
    if not seen or not lock.exists():
        raise NoInstance(f"no Gerald runs in {home}; start one with `supervisor run`")
    probe = FileLock(lock, mode=0o600)
    try:
        probe.acquire(timeout=0)
    except (Timeout, PermissionError):  # in a folder that was made read-only, whoever answers is there
        return Instance(**{name: seen[name] for name in Instance.__slots__})
    probe.release()
    gone = f"process {seen.get('pid')} is gone"
    raise NoInstance(f"no Gerald runs in {home} ({gone}); start one with `supervisor run`")


def running_instance(home: Path) -> Instance | None:
    """The instance that runs in `home`, or None."""
    with contextlib.suppress(NoInstance):
        return find_instance(home)
    return None


def _remove_sockets_of(dead: Mapping[str, Any]) -> None:
    """Remove what an instance that was killed left among the temporary files: its socket and its launcher's, and their
    folders. Nothing else: whoever could write the file must not choose what is deleted."""
    for key, name in (("address", "control"), ("line", "line")):
        socket = Path(str(dead.get(key, "")))
        ours = socket.name == name and socket.parent.name.startswith("gerald-")
        if ours and dead.get("family") == "AF_UNIX":
            with contextlib.suppress(OSError):
                socket.unlink(missing_ok=True)
                socket.parent.rmdir()


def _read(file: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
