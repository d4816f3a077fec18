"""Watches files on its own thread, however an editor saves them: in place, by truncating, by replacing, slowly.

It polls, since polling works on every file system, for missing folders and for changed links, and costs microseconds.
It reports a change when the files have been at rest for a moment and no process has one open for writing."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

from config.layers.lease import is_being_written

LOOK_EVERY = 0.1
STEP = 0.0125  # seconds between two looks at files that are changing
AT_REST = 0.06  # seconds without a change after which what is there is read
# The same where a file has vanished: most editors that take a file away put another one in its place.
GONE = 0.4
WRITTEN_FOR = 10.0  # seconds after which a file that is still open for writing is read anyway
TICK = 1.0  # seconds between two looks at the contents themselves: a file may change without any sign of it
MOST = 1 << 20  # bytes of a file that are looked at; a configuration is never larger

_Sign: TypeAlias = tuple[int, int, int, int] | None


class Watch:
    """Calls `changed` on its own thread after a change of the current `files`. changed: quick, and never raises."""

    def __init__(self, files: Callable[[], Iterable[Path]], changed: Callable[[], None]) -> None:
        self._files = files
        self._changed = changed
        self._closed = threading.Event()
        self._paths = tuple(files())
        self._seen = self._look()
        self._contents = self._digest()
        self._thread = threading.Thread(target=self._run, name="config-watch", daemon=True)

    def start(self) -> None:
        """Begin; the files as they were when this was made are not news."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _run(self) -> None:
        ticked = time.monotonic()
        while not self._closed.wait(LOOK_EVERY):
            if self._look() != self._seen:
                self._await_rest()
                self._tell()
                ticked = time.monotonic()
            elif time.monotonic() - ticked > TICK:
                ticked = time.monotonic()
                if self._digest() != self._contents:
                    self._tell()

    def _tell(self) -> None:
        self._changed()
        self._paths = tuple(self._files())
        self._contents = self._digest()

    def _await_rest(self) -> None:
        now = self._look()
        since = began = time.monotonic()
        while not self._closed.wait(STEP):
            before, now, clock = now, self._look(), time.monotonic()
            if now != before:
                since = clock
            vanished = any(now.get(path) is None and sign is not None for path, sign in self._seen.items())
            if clock - since < (GONE if vanished else AT_REST):
                continue
            if clock - began > WRITTEN_FOR or not any(map(is_being_written, now)):
                break
        self._seen = now

    def _look(self) -> dict[Path, _Sign]:
        return {path: _sign(path) for path in self._paths}

    def _digest(self) -> bytes:
        found = hashlib.blake2b(digest_size=16)
        for path in self._paths:
            with contextlib.suppress(OSError):
                # A pipe in a file's place would never end.
                if path.is_file():
                    with path.open("rb") as file:
                        found.update(file.read(MOST))
            found.update(b"\0")
        return found.digest()


def _sign(path: Path) -> _Sign:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
