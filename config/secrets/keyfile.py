"""The key that opens the secrets: a file that only its owner can read, outside of the home, or a passphrase."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.files import sync_folder
from config.secrets.cipher import b64, unb64

__all__ = [
    "PASSPHRASE",
    "VARIABLE",
    "KeyTrouble",
    "Opener",
    "beside",
    "key_path",
    "key_text",
    "make_key_file",
    "read_key_file",
    "write_new",
]

VARIABLE, PASSPHRASE = "GERALD_KEY_FILE", "GERALD_PASSPHRASE"
MARK = "gerald-key-1"


class KeyTrouble(Exception):
    """The key is missing or of no use; says where it was looked for, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Opener:
    """How a lock may be opened. ask: for the passphrase, where somebody can be asked."""

    environ: Mapping[str, str] = field(repr=False)
    ask: Callable[[], str] | None = None

    def key_file(self, id: str = "") -> bytes:
        """The key with this id where it lies beside the usual one, else the usual one. Raises KeyTrouble."""
        usual = key_path(self.environ)
        own = beside(usual, id)
        return read_key_file(own if id and own.is_file() else usual)

    def passphrase(self) -> str:
        """Raises KeyTrouble."""
        if found := self.environ.get(PASSPHRASE):
            return found
        if self.ask is None:
            hint = f"Set {PASSPHRASE} in the environment of the start."
            raise KeyTrouble("it is locked by a passphrase, and there is none", hint)
        return self.ask()


def key_path(environ: Mapping[str, str]) -> Path:
    """GERALD_KEY_FILE, else `key` in the user's configuration folder."""
    if given := environ.get(VARIABLE):
        return Path(given).expanduser()
    import platformdirs

    return platformdirs.user_config_path("gerald") / "key"


def beside(path: Path, id: str) -> Path:
    """Where `rekey` puts a further key: the usual one stays for the homes that are locked by it."""
    return path.with_name(f"{path.name}.{id}")


def read_key_file(path: Path) -> bytes:
    """The 32 bytes of a key file. Raises KeyTrouble."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise KeyTrouble(f"the key file {path} is not a plain file")
        text = path.read_bytes()[:200].decode("ascii", "replace")
    except FileNotFoundError:
        hint = f"Bring it from where the file was made (`supervisor secrets export-key`), or let {VARIABLE} name it."
        raise KeyTrouble(f"the key is missing: there is no {path}", hint) from None
    except OSError as error:
        raise KeyTrouble(f"the key file {path} cannot be read: {error.strerror or error}") from None
    if os.name == "posix" and mode & 0o077:
        raise KeyTrouble(f"the key file {path} can be read by others", f"Run chmod 600 {path}.")
    mark, _, rest = text.strip().partition(" ")
    try:
        key = unb64(rest.strip())
    except ValueError:
        key = b""
    if mark != MARK or len(key) != 32:
        raise KeyTrouble(f"{path} is no key file", "Bring the right one back; it is one line.")
    return key


def make_key_file(path: Path, key: bytes = b"") -> bytes:
    """The key of a file, which is made with `key`, or with a new one, where there is none. Raises KeyTrouble."""
    if os.path.lexists(path):
        return read_key_file(path)
    key = key or os.urandom(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, key_text(key))
    except FileExistsError:
        return read_key_file(path)
    except OSError as error:
        raise KeyTrouble(f"the key file {path} cannot be written: {error.strerror or error}") from None
    return key


def key_text(key: bytes) -> bytes:
    """The line that a key file consists of."""
    return f"{MARK} {b64(key)}\n".encode()


def write_new(path: Path, data: bytes) -> None:
    """A file that only its owner may read, where there is none yet. Raises OSError, FileExistsError too."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
