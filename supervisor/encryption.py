"""What encrypts the memory: opened where it is needed, and sent to a pinned process over the private wire only.

A key that is missing or wrong prevents no start: a stand-in says so to whoever encrypts or decrypts with it.
"""

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
    from config.secrets.data_cipher import DataCipher

__all__ = ["ARGUMENT", "SEALER", "DataCiphers", "open_own", "received"]

ARGUMENT = "sealer"
"""The start argument that stands for it."""
SEALER = "storage.sealer"
"""What a process asks for in place of a secret's key; no setting has this name."""

_AGAIN = "then run `supervisor restart persistence`"


class DataCiphers:
    """The sealer of one home: nothing where nothing is encrypted. May be used by several threads.

    storage: the section in force. A sealer that was opened stays open: a passphrase costs a good part of a second.
    """

    def __init__(self, home: Path, storage: Callable[[], Storage], environ: Mapping[str, str]) -> None:
        self._home = Home(home)
        self._storage = storage
        self._environ = dict(environ)
        self._lock = threading.Lock()
        self._open: DataCipher | None = None

    def __repr__(self) -> str:
        return f"DataCiphers({self._home.path})"

    def sealer(self) -> Encrypter | None:
        """What is handed to the store: there is one when something is to be encrypted, or may have been."""
        with self._lock:
            return self._sealer()

    def make(self) -> bool:
        """See to it that there is a key, though nothing that is stored needs one. True when it is made now: whoever was
        started without has none yet. Raises EncryptionKeyError."""
        with self._lock:
            if self._sealer() is not None:
                return False
            self._open = open_own(self._home, self._storage(), self._environ, make=True)
            Secret(self._open.key)
            return True

    def told(self) -> str:
        """The same as text for `received`. The key may be in it: for the private wire, and nothing else."""
        found = self.sealer()
        if found is None:
            return "{}"
        if isinstance(found, UnavailableCipher):
            return json.dumps({"why": found.why, "remedy": found.remedy})
        with self._lock:
            assert self._open is not None
            return json.dumps({"key": self._open.key})

    def id(self) -> str:
        """What the key is called, or why there is none: differs when another process must be told anew."""
        found = self.sealer()
        return str(getattr(found, "id", "")) if found is not None else ""

    def _sealer(self) -> Encrypter | None:
        storage, file = self._storage(), self._home.data_key_file
        there = os.path.lexists(file)
        if not (there or storage.encrypt):
            return None
        # Whoever has nothing encrypted need not pay for the cryptography.
        from config.secrets.data_key_file import read_data_key
        from config.secrets.key_file import EncryptionKeyError

        try:
            # Locked anew, it is still the same key.
            found = read_data_key(self._home) if self._open is not None else None
            if self._open is None or found is None or found.id != self._open.id:
                self._open = None
                self._open = open_own(self._home, storage, self._environ)
        except EncryptionKeyError as trouble:
            self._open = None
            remedy = trouble.hint.rstrip(".") or f"see to it that {file} and its key can be read"
            return UnavailableCipher(f"the memory is encrypted: {trouble}", f"{remedy}; {_AGAIN}")
        Secret(self._open.key)  # from now on no log and no report of a crash shows it
        return self._open


def open_own(home: Home, storage: Storage, environ: Mapping[str, str], *, make: bool = False) -> "DataCipher":
    """The home's sealer; its key is made where `make` or `storage.encrypt` wants one and nothing is encrypted yet.
    Raises EncryptionKeyError."""
    from config.secrets.data_key_file import open_data_cipher
    from config.secrets.key_file import KeySource

    wanted = make or storage.encrypt
    return open_data_cipher(home, KeySource(environ), make=wanted and not _holds_sealed(home, storage))


def received(told: str) -> Encrypter | None:
    """In a pinned process: the sealer of what `DataCiphers.told` says."""
    found: dict[str, str] = json.loads(told)
    if "why" in found:
        return UnavailableCipher(found["why"], found["remedy"])
    if "key" not in found:
        return None
    from config.secrets.data_cipher import data_cipher_from

    return data_cipher_from(Secret(found["key"]).reveal())


def _holds_sealed(home: Home, storage: Storage) -> bool:
    """Whether something is stored that was encrypted: then a new key, in place of one that is gone, opens nothing."""
    if os.path.lexists(home.data_key_file):
        return False  # then none is made anyway
    from actors.persistence.store.record import scan

    return any(record.encrypted for data in _stored(home, storage) for record in scan(data))


def _stored(home: Home, storage: Storage) -> Iterator[bytes]:
    from actors.persistence.open_store import database_path
    from actors.persistence.store.manifest import DATA

    files = home.resolve(storage.file_path).glob("*/*.state")
    for path in (database_path(storage.database_url, home.path) / DATA, *files):
        try:
            yield path.read_bytes()
        except OSError:
            continue
