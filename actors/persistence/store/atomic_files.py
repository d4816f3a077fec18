"""Files that are there as a whole or not at all."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["replace", "replace_durably", "sync_folder"]


def replace_durably(path: Path, chunks: Iterable[bytes]) -> None:
    """`replace`, and what was replaced is still replaced after a power cut. Raises OSError."""
    replace(path, chunks, sync=True)
    sync_folder(path.parent)


def replace(path: Path, chunks: Iterable[bytes], *, sync: bool = False) -> None:
    """Write `chunks` aside and put the file in place of `path`; only its owner can read it. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(new, flags, 0o600), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        os.replace(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make what was put into, or taken from, `folder` durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
