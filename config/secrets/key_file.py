"""Where the key comes from: a file outside of the home that only its owner can read, or a passphrase."""

import contextlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from config.access import keep_private, others_that_read
from config.files import sync_folder
from config.secrets.cipher import b64, key_id, unb64

KEY_FILE_VARIABLE, PASSPHRASE_VARIABLE = "GERALD_KEY_FILE", "GERALD_PASSPHRASE"
MARK = "gerald-key-1"


class EncryptionKeyError(Exception):
    """A key is missing, wrong or damaged; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class KeySource:
    """The key file and the passphrase that `environ` names. ask: returns a passphrase; called once."""

    def __init__(self, environ: Mapping[str, str], ask: Callable[[], str] | None = None) -> None:
        self.environ = environ
        self._ask = ask
        self._passphrase = environ.get(PASSPHRASE_VARIABLE, "")

    def key_file(self, id: str = "") -> bytes:
        """The key with this id from beside the usual one, else the usual one. Raises EncryptionKeyError."""
        usual = key_path(self.environ)
        own = beside(usual, id)
        return read_key_file(own if id and own.is_file() else usual)

    def passphrase(self) -> str:
        """Raises EncryptionKeyError."""
        if not self._passphrase and self._ask is not None:
            self._passphrase = self._ask()
        elif not self._passphrase:
            hint = f"Set {PASSPHRASE_VARIABLE} in the environment of the start."
            raise EncryptionKeyError("it is locked by a passphrase, and there is none", hint)
        return self._passphrase


def key_path(environ: Mapping[str, str]) -> Path:
    """GERALD_KEY_FILE, else `key` in the user's configuration folder. Raises EncryptionKeyError."""
    import platformdirs

    given = environ.get(KEY_FILE_VARIABLE)
    try:
        return Path(given).expanduser() if given else platformdirs.user_config_path("gerald") / "key"
    except RuntimeError:  # neither HOME nor an entry in passwd, as with `docker run --user 12345`
        raise EncryptionKeyError(
            "the folder for the key is unknown: this user has no home folder",
            f"Set {KEY_FILE_VARIABLE} to the absolute path of the key file, or set HOME.",
        ) from None


def beside(path: Path, id: str) -> Path:
    """Where the key with this id is, if it is not the usual one."""
    return path.with_name(f"{path.name}.{id}")


def read_key_file(path: Path) -> bytes:
    """The 32 bytes of a key file. Raises EncryptionKeyError."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise EncryptionKeyError(f"the key file {path} is not a plain file")
        if os.name == "posix" and mode & 0o077:
            raise EncryptionKeyError(f"the key file {path} can be read by others", f"Run chmod 600 {path}.")
        if others := others_that_read(path):
            hint = f'Run icacls "{path}" /inheritance:r /grant:r "%USERNAME%:F" in a command prompt.'
            raise EncryptionKeyError(f"the key file {path} can be read by {' and '.join(others)}", hint)
        with path.open("rb") as file:
            mark, _, rest = file.read(200).decode("ascii", "replace").strip().partition(" ")
    except FileNotFoundError:
        hint = "Bring it from where the file was made (`supervisor secrets export-key`), or let "
        hint += f"{KEY_FILE_VARIABLE} name it."
        raise EncryptionKeyError(f"the key is missing: there is no {path}", hint) from None
    except OSError as error:
        raise EncryptionKeyError(f"the key file {path} cannot be read: {error.strerror or error}") from None
    try:
        key = unb64(rest.strip())
    except ValueError:
        key = b""
    if mark != MARK or len(key) != 32:
        raise EncryptionKeyError(f"{path} is not a key file", "Bring the right one back; it is one line.")
    return key


def make_key_file(path: Path, key: bytes = b"") -> bytes:
    """The key of a file, which is made with `key`, or with a new one, if it is missing. Raises EncryptionKeyError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, key_text(key or os.urandom(32)))
    except FileExistsError:
        pass
    except OSError as error:
        raise EncryptionKeyError(
            f"the key file {path} cannot be written: {error.strerror or error}"
        ) from None
    return read_key_file(path)


def new_key_file(usual: Path) -> Path:
    """Make a further key beside the usual one, which stays for the homes that need it. Raises EncryptionKeyError."""
    key = os.urandom(32)
    path = beside(usual, key_id(key))
    make_key_file(path, key)
    return path


def key_text(key: bytes) -> bytes:
    """The one line of a key file."""
    return f"{MARK} {b64(key)}\n".encode()


def write_new(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read. Raises OSError, FileExistsError too."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with contextlib.suppress(OSError):  # a disk that knows no owners
            keep_private(path)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
