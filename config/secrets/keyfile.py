"""The key that opens the secrets: a file that only its owner can read, outside of the home, or a passphrase."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.overrides import write_private
from config.secrets.cipher import b64, unb64

__all__ = ["PASSPHRASE", "VARIABLE", "KeyTrouble", "Opener", "key_path", "make_key_file", "read_key_file"]

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

    environ: Mapping[str, str]
    ask: Callable[[], str] | None = None

    def key_file(self) -> bytes:
        """Raises KeyTrouble."""
        return read_key_file(key_path(self.environ))

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


def read_key_file(path: Path) -> bytes:
    """The 32 bytes of a key file. Raises KeyTrouble."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise KeyTrouble(f"the key file {path} is not a plain file")
        text = path.read_bytes()[:200].decode("ascii", "replace")
    except FileNotFoundError:
        hint = f"Bring it from where the file was made, or set {VARIABLE} to its place."
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


def make_key_file(path: Path) -> bytes:
    """A new key, written where there is no file yet. Raises KeyTrouble."""
    if os.path.lexists(path):
        return read_key_file(path)
    key = os.urandom(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, f"{MARK} {b64(key)}\n".encode())
    except OSError as error:
        raise KeyTrouble(f"the key file {path} cannot be written: {error.strerror or error}") from None
    return key
