"""The log: one line a record in the home's log file, rotated by size, readable by its owner only."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from config.schema import Logging

__all__ = ["start_logging"]

FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-8s %(threadName)s %(name)s: %(message)s"


class _PrivateFile(RotatingFileHandler):
    """A rotating file that only its owner can read."""

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not fill the owner's screen as well: persistence says that it is full."""

    def _open(self) -> IO[str]:  # type: ignore[override]
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(descriptor, "a", encoding="utf-8", errors="replace")


def start_logging(settings: Logging, data: Path) -> str:
    """Log to the file of `settings` under `data`. What is wrong with that file, "" for nothing: the bot runs anyway."""
    root = logging.getLogger()
    root.setLevel(settings.level)
    root.handlers = [logging.NullHandler()]
    # These speak about every request; what they say is in the trace already.
    for name in ("httpx", "httpcore", "pykka", "foxglove"):
        logging.getLogger(name).setLevel(logging.WARNING)
    file = data / Path(settings.file).expanduser()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _PrivateFile(file, maxBytes=settings.max_size, backupCount=settings.backup_count)
    except OSError as error:
        return f"the log file {file} cannot be written: {error.strerror or error}"
    handler.setFormatter(logging.Formatter(FORMAT, "%Y-%m-%d %H:%M:%S"))
    root.handlers = [handler]
    return ""
