"""The encryption of the memory: opened on demand, and sent to a pinned process over its private link only.

A missing or wrong key does not prevent a start: an UnavailableCipher then fails with the reason.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from actors.persistence.store.encryption import Encrypter, UnavailableCipher
from config.home import Home
from config.schema import Storage
from config.secret import Secret

if TYPE_CHECKING:
    from actors.persistence.store.record import Record
    from config.secrets.data_cipher import DataCipher

ARGUMENT = "sealer"
"""The start argument of an actor that gets the encrypter."""
SEALER = "storage.sealer"
"""The name by which a process asks for it, as for a secret; no setting has this name."""

_AGAIN = "then run `supervisor restart persistence`"


class DataCiphers:
    """The encrypter of one home, which stays open: a passphrase costs most of a second. For several threads.

    storage: returns the section in force. needed: whether something else than what is stored is encrypted too.
    """

    def __init__(
        self,
        home: Path,
        storage: Callable[[], Storage],
        environ: Mapping[str, str],
        needed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._home = Home(home)
        self._storage = storage
        self._needed = needed
        self._environ = dict(environ)
        self._lock = threading.Lock()
        self._open: DataCipher | None = None

    def __repr__(self) -> str:
        return f"DataCiphers({self._home.path})"

    def sealer(self) -> Encrypter | None:
        """The encrypter for the store; None unless something is to be encrypted, or may have been."""
        with self._lock:
            return self._encrypter()

    def make(self) -> bool:
        """Make a key if there is none. True when it was made: actors that run do not have it yet. Raises
        EncryptionKeyError."""
        with self._lock:
            if self._encrypter() is not None:
                return False
            self._open = open_own(self._home, self._storage(), self._environ, make=True)
            Secret(self._open.key)
            return True

    def told(self) -> str:
        """The encrypter as text for `received`. It may contain the key: for the private link only."""
        found = self.sealer()
        if found is None:
            return "{}"
        if isinstance(found, UnavailableCipher):
            return json.dumps({"why": found.why, "remedy": found.remedy})
        with self._lock:
            assert self._open is not None
            return json.dumps({"key": self._open.key})

    def id(self) -> str:
        """The key's id, or "". Another process must get the key again when this changes."""
        found = self.sealer()
        return str(getattr(found, "id", "")) if found is not None else ""

    def _encrypter(self) -> Encrypter | None:
        storage, file, needed = self._storage(), self._home.data_key_file, self._needed()
        if not (os.path.lexists(file) or storage.encrypt or needed):
            return None
        # Imported only where something is encrypted: the cryptography takes long to load.
        from config.secrets.data_key_file import read_data_key
        from config.secrets.key_file import EncryptionKeyError

        try:
            # A file that was rewrapped still holds the same key.
            found = read_data_key(self._home) if self._open is not None else None
            if self._open is None or found is None or found.id != self._open.id:
                self._open = None
                self._open = open_own(self._home, storage, self._environ, make=needed)
        except EncryptionKeyError as trouble:
            self._open = None
            remedy = trouble.hint.rstrip(".") or f"make {file} and its key readable"
            return UnavailableCipher(f"the memory is encrypted: {trouble}", f"{remedy}; {_AGAIN}")
        Secret(self._open.key)  # from now on logs and crash reports hide it
        return self._open


def open_own(home: Home, storage: Storage, environ: Mapping[str, str], *, make: bool = False) -> "DataCipher":
    """The home's cipher. Makes the key if `make` or `storage.encrypt` wants one and nothing is encrypted yet. Raises
    EncryptionKeyError."""
    from config.secrets.data_key_file import open_data_cipher
    from config.secrets.key_file import KeySource

    wanted = make or storage.encrypt
    return open_data_cipher(home, KeySource(environ), make=wanted and not _holds_encrypted(home, storage))


def received(told: str) -> Encrypter | None:
    """In a pinned process: the encrypter from the text of `DataCiphers.told`."""
    found: dict[str, str] = json.loads(told)
    if "why" in found:
        return UnavailableCipher(found["why"], found["remedy"])
    if "key" not in found:
        return None
    from config.secrets.data_cipher import data_cipher_from

    return data_cipher_from(Secret(found["key"]).reveal())


def _holds_encrypted(home: Home, storage: Storage) -> bool:
    """Whether encrypted records are stored: then a new key must not replace the missing one."""
    if os.path.lexists(home.data_key_file):
        return False  # then no key is made anyway
    return any(record.encrypted for record in _stored(home, storage))


def _stored(home: Home, storage: Storage) -> Iterator["Record"]:
    from actors.persistence.open_store import database_path
    from actors.persistence.store.manifest import DATA
    from actors.persistence.store.record import scan_file

    files = home.resolve(storage.file_path).glob("*/*.state")
    for path in (database_path(storage.database_url, home.path) / DATA, *files):
        with contextlib.suppress(OSError), path.open("rb") as file:
            yield from scan_file(file)
