"""What is printed, so that printing can neither end a process nor hold it up.

A terminal may be closed, stopped (Ctrl-S) or of another encoding, a pipe may have lost its reader, a disk may be full.
"""

import atexit
import io
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TextIO

from supervisor.console import is_console

log = logging.getLogger(__name__)
PRINTED_WITHIN = 0.5
"""Seconds that whoever reads has for the last of it when the process ends."""
MOST = 1 << 20
"""Characters that may wait for whoever reads; what comes then is dropped."""


def encode_anything() -> None:
    """From now on a character that the terminal's encoding lacks is printed as \\\\u...., and fails nobody."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_without_fail() -> tuple["UnfailingOutput", "UnfailingOutput"]:
    """Have standard output and error of this process written so that nothing they do matters to it."""
    outputs = UnfailingOutput(sys.stdout, "standard output"), UnfailingOutput(sys.stderr, "standard error")
    sys.stdout, sys.stderr = outputs
    for output in outputs:
        atexit.register(output.drain, PRINTED_WITHIN)
    return outputs


class UnfailingOutput(io.TextIOBase):
    """A text stream onto `stream`'s file. Never raises and never waits: a thread of its own writes.

    A failure is noted in the log once; what could not be written is dropped, and later text is tried anew.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._fd = _descriptor(stream)
        self._name = name
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._is_console = self._fd >= 0 and is_console(stream)
        self._write = _writing(stream, self._fd)
        self._waiting: deque[str] = deque()
        self._size = 0
        self._news = threading.Condition()
        self._is_writing = False
        self._noted = False
        threading.Thread(target=self._run, name=name, daemon=True).start()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "backslashreplace"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._is_console

    def fileno(self) -> int:
        if self._fd < 0:
            raise io.UnsupportedOperation("fileno")
        return self._fd

    def write(self, text: str) -> int:
        """Have `text` written some time soon. Raises TypeError for what is no text, as every text stream does."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._news:
            if self._size + len(text) <= MOST:
                self._waiting.append(text)
                self._size += len(text)
                self._news.notify_all()
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back here; see `drain`."""

    def drain(self, timeout: float) -> bool:
        """Wait until all is written, at most `timeout` seconds; whether it is."""
        with self._news:
            return self._news.wait_for(lambda: not self._waiting and not self._is_writing, timeout)

    def _run(self) -> None:
        while True:
            with self._news:
                self._is_writing = False
                self._news.notify_all()
                self._news.wait_for(lambda: self._waiting)
                text = "".join(self._waiting)
                self._waiting.clear()
                self._size, self._is_writing = 0, True
            self._put(text.encode(self._encoding, "backslashreplace"))

    def _put(self, data: bytes) -> None:
        if self._fd < 0:
            return
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._write(rest) :]
        except OSError as error:
            if not self._noted:
                self._noted = True
                log.warning("%s cannot be written: %s; Gerald runs on", self._name, error.strerror or error)


def _writing(stream: Any, fd: int) -> Callable[[memoryview], int]:
    """Writes some bytes of UTF-8, or of the encoding of a file or pipe; how many. Windows' consoles have an encoding of
    their own for what is written to the descriptor, and only Python's stream for them knows it."""
    if sys.platform == "win32":
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if raw is not None and is_console(stream):
            return lambda data: int(raw.write(data) or 0)
    return lambda data: os.write(fd, data)


def _descriptor(stream: Any) -> int:
    try:
        stream.flush()
        return int(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return -1
