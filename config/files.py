"""Atomic file replacement: written beside the place, then moved into it; and reading with a limit. The actors use it
too."""

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.access import keep_private

CHECKOUT_LIST = Path(__file__).parent.parent / "Models" / "models.yaml"
WHEEL_LIST = Path(__file__).with_name("models.yaml")
_IN_USE = (5, 32, 33)  # Windows: access denied, and two sharing violations
_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP)


def list_path() -> Path:
    """The models.yaml that came with the code: the checkout's, or the one inside an installed wheel."""
    return CHECKOUT_LIST if CHECKOUT_LIST.is_file() else WHEEL_LIST


def read_limited(path: Path, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes. Raises OSError, also for a device, a pipe, and a file that
    is larger."""
    # Opening a pipe that nobody writes into would wait forever.
    with open(
        os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)), "rb"
    ) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        data = file.read(most + 1) if status.st_size <= most else b""
    if max(len(data), status.st_size) > most:
        raise OSError(errno.EFBIG, f"it is larger than {most >> 20} MB", str(path))
    return data


class NoHomeFolder(Exception):
    """A path begins with `~`, and there is no such home folder."""


def located(folder: Path, given: str | Path) -> Path:
    """A path as people give it: relative to `folder`, `~` and `~user` included. Raises NoHomeFolder."""
    try:
        return folder / Path(given).expanduser()
    except RuntimeError:  # neither HOME nor an entry in passwd, as with `docker run --user 12345`
        name = Path(given).parts[0]
        whose = (
            "this user has no home folder"
            if name == "~"
            else f"no user {name[1:]} with a home folder is known"
        )
        raise NoHomeFolder(f"{given} begins with {name}, and {whose}") from None


def write_private(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file, whose folder is made, and outlast a power failure. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, (data,), alone=False)


def replace_file(path: Path, pieces: Iterable[bytes], *, durable: bool = True, alone: bool = True) -> None:
    """Put `pieces`, one after another, in the place of a file; `durable` and `alone` as of `beside`. Raises OSError."""
    with beside(path, durable=durable, alone=alone) as new, new.open("wb") as file:
        file.writelines(pieces)


@contextlib.contextmanager
def beside(path: Path, *, durable: bool = True, alone: bool = True) -> Iterator[Path]:
    """An empty private file in the same folder that replaces `path` when the block succeeds; else it is removed.

    durable: on return the new file outlasts a power failure. alone: nobody else writes this file at the same time; the
    name is then always `path` + ".new", so that a killed process leaves one known file. Raises OSError."""
    new = path.with_name(f"{path.name}.new" if alone else f".{path.name}.{os.urandom(6).hex()}.new")
    try:
        new.unlink(missing_ok=True)
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with contextlib.suppress(OSError):  # a disk that knows no owners
            keep_private(new)
        yield new
        if durable:
            _sync(new)
        put_in_place(new, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)
        raise
    if durable:
        sync_folder(path.parent)


def put_in_place(new: Path, path: Path) -> None:
    """Move `new` to `path`, over what is there. Windows refuses that while somebody has either open, such as a virus
    scanner: then it is tried again for a second. Raises OSError."""
    for pause in _PAUSES:
        try:
            os.replace(new, path)
            return
        except PermissionError as error:
            if getattr(error, "winerror", 0) not in _IN_USE:
                raise
        time.sleep(pause)
    os.replace(new, path)


def sync_folder(folder: Path) -> None:
    """Make what was put into, or taken from, `folder` durable, where the system can. Raises OSError."""
    if sys.platform != "win32":
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except PermissionError:  # one that may be written and not listed
            return
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise
        finally:
            os.close(handle)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
