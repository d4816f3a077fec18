"""The log file: one line for each record, without secrets, rotated by size, readable by its owner only."""

import contextlib
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, Any

import filelock

from actors.kernel.incarnation import handled_here
from config.files import located
from config.schema import Logging
from config.secret import redacted

FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-8s %(threadName)s%(about)s %(name)s: %(message)s"
ROTATED_WITHIN = 0.5
"""Seconds to wait while another process rotates the file; after that, this one goes on with its open file."""


class LineFormatter(logging.Formatter):
    """Formats a record as one line, with the turn and the message that its actor was handling."""

    def __init__(self) -> None:
        super().__init__(FORMAT, "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        if not hasattr(record, "about"):
            record.about = about_now()
        return redacted(super().format(record)).replace("\r", "").replace("\n", "\\n")


def about_now() -> str:
    """The message that this thread's actor handles, as ` [turn 5, osc.sender/1/33]`; "" outside a handler."""
    envelope = handled_here()
    if envelope is None:
        return ""
    turn = f"turn {envelope.turn}, " if envelope.turn else ""
    return f" [{turn}{envelope.id}]"


class _PrivateFile(RotatingFileHandler):
    """A rotating file, readable by its owner only. Two processes may write it: one rotates, the other follows."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Print nothing: persistence reports a full disk."""

    def emit(self, record: logging.LogRecord) -> None:
        if self._is_elsewhere():
            self._open_again()
        super().emit(record)

    def doRollover(self) -> None:
        try:
            with filelock.FileLock(f"{self.baseFilename}.lock", timeout=ROTATED_WITHIN, mode=0o600):
                if self._is_elsewhere():
                    self._open_again()
                else:
                    super().doRollover()
        except (filelock.Timeout, OSError):
            self._open_again()

    def _open_again(self) -> None:
        stream: Any = self.stream
        if stream is not None:
            stream.close()
        self.stream = None
        with contextlib.suppress(OSError):
            self.stream = self._open()  # type: ignore[assignment]

    def _is_elsewhere(self) -> bool:
        """Whether the open file no longer has that name."""
        stream: Any = self.stream
        try:
            there, here = os.stat(self.baseFilename), os.fstat(stream.fileno())
        except (OSError, ValueError, AttributeError):
            return True
        return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)

    def _open(self) -> IO[str]:  # type: ignore[override]
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(descriptor, "a", encoding="utf-8", errors="replace")


def start_logging(settings: Logging, data: Path) -> str:
    """Log to the file of `settings` under `data`, in place of the one before. Returns why it cannot be written, or "";
    then the one before stays."""
    root = logging.getLogger()
    root.setLevel(settings.level)
    # They log every request, which the trace already has.
    for name in ("httpx", "httpcore", "websockets", "pykka", "foxglove", "filelock"):
        logging.getLogger(name).setLevel(logging.WARNING)
    file = located(data, settings.file)
    before = [handler for handler in root.handlers if isinstance(handler, _PrivateFile)]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _PrivateFile(file, maxBytes=settings.max_size, backupCount=settings.backup_count)
    except OSError as error:
        root.handlers = [*before] or [logging.NullHandler()]
        return f"the log file {file} cannot be written: {error.strerror or error}"
    handler.setFormatter(LineFormatter())
    root.handlers = [handler]
    for old in before:
        old.close()
    return ""
