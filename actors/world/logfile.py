"""VRChat's output log as a file that grows: where it is, which one is the newest, and what was added to it."""

import re
from collections.abc import Callable
from pathlib import Path

from actors.vocabulary.names import same_name

CHUNK = 256 * 1024  # bytes read at a time

_DATED = re.compile(r"output_log_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.txt")
_SIGNED_IN = re.compile(rb"User Authenticated: (.{1,200}?) \(usr_")
LATEST = 10  # logs in which an account is looked for


def signed_in(path: Path) -> str:
    """The display name of the account that signed in at the beginning of a log; "" while nobody has. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(CHUNK)
    found = _SIGNED_IN.search(head)
    return found[1].decode("utf-8", "replace").strip() if found else ""


def newest(folder: Path, account: str = "", account_of: Callable[[Path], str] = signed_in) -> Path | None:
    """The log of the latest game in which `account` signed in, or of any without an account; None without one.

    The start time in its name decides, so that two running games do not alternate. Raises OSError for the folder."""
    try:
        logs = [
            path for path in folder.iterdir() if path.name.startswith("output_log_") and path.suffix == ".txt"
        ]
    except (FileNotFoundError, NotADirectoryError):
        return None
    logs.sort(key=lambda path: (_DATED.fullmatch(path.name) is not None, path.name), reverse=True)
    if account and len(logs) > 1:
        for path in logs[:LATEST]:
            if same_name(account_of(path), account):
                return path
    return logs[0] if logs else None


class LogOwners:
    """Who signed in, by log: looked up once for each, and again while nobody has."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def __call__(self, path: Path) -> str:
        if not self._known.get(path):
            self._known[path] = signed_in(path)
        return self._known[path]


class Tail:
    """Reads a file from its beginning, then what is added; again from its beginning if it shrinks (`restarts` times).

    written_at: epoch seconds of the last change, as of the last `read`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.restarts = 0
        self.written_at = 0.0
        self._position = 0
        self._rest = b""
        self._skipping = False

    def read(self) -> tuple[tuple[str, ...], bool]:
        """Complete lines of the next chunk (longer ones are left out), and whether more remains. Raises OSError."""
        with self.path.open("rb") as file:
            size = file.seek(0, 2)
            if size < self._position:
                self._position, self._rest, self._skipping = 0, b"", False
                self.restarts += 1
            file.seek(self._position)
            data = file.read(CHUNK)
        self.written_at = self.path.stat().st_mtime
        self._position += len(data)
        return self._lines(data), self._position < size

    def _lines(self, data: bytes) -> tuple[str, ...]:
        *whole, rest = (self._rest + data).split(b"\n")
        if whole and self._skipping:
            del whole[0]
            self._skipping = False
        if len(rest) > CHUNK:
            self._skipping = True
        self._rest = b"" if self._skipping else rest
        return tuple(line.rstrip(b"\r").decode("utf-8", "replace") for line in whole)
