"""Encryption of stored records, where the configuration wants it; the cipher itself is handed in."""

from typing import Protocol

import msgspec

from actors.persistence.store.errors import StoreError
from actors.persistence.store.record import Record


class KeyUnavailable(StoreError):
    """What is stored is intact and encrypted, and its key is not here: only the owner can help."""


class Encrypter(Protocol):
    """An authenticated cipher. about: the associated data, the same for `encrypt` and `decrypt`."""

    def encrypt(self, data: bytes, about: bytes) -> bytes: ...
    def decrypt(self, data: bytes, about: bytes) -> bytes:
        """Raises ValueError for another key, or for data that was altered or moved."""


class UnavailableCipher:
    """A cipher whose key is unavailable: every use raises KeyUnavailable. id: differs by the reason."""

    def __init__(self, why: str, remedy: str) -> None:
        self.why = why
        self.remedy = remedy

    @property
    def id(self) -> str:
        return f"locked: {self.why}"

    def encrypt(self, data: bytes, about: bytes) -> bytes:
        raise KeyUnavailable(self.why, self.remedy)

    decrypt = encrypt


class StoreEncryption:
    """cipher: None for none; encrypted records cannot be read then. writes: whether `encrypted` encrypts."""

    def __init__(self, cipher: Encrypter | None = None, *, writes: bool = True) -> None:
        self._cipher = cipher
        self.writes = writes and cipher is not None

    def require(self) -> None:
        """Raise KeyUnavailable when what is written must be encrypted and cannot be: then nothing may be written."""
        if self.writes and isinstance(self._cipher, UnavailableCipher):
            raise KeyUnavailable(self._cipher.why, self._cipher.remedy)

    def always(self) -> "StoreEncryption":
        """The same, encrypting whenever there is a cipher."""
        return StoreEncryption(self._cipher)

    def encrypted(self, record: Record) -> Record:
        """The record as it is to be stored."""
        if not self.writes or record.encrypted or self._cipher is None:
            return record
        payload = self._cipher.encrypt(record.payload, _about(record))
        return msgspec.structs.replace(record, payload=payload, encrypted=True)

    def decrypted(self, record: Record) -> Record:
        """The record in plain. Raises KeyUnavailable when it is encrypted and cannot be read."""
        if not record.encrypted:
            return record
        if self._cipher is None:
            remedy = "set storage.encrypt to true, and bring the key"
            raise KeyUnavailable("what is stored is encrypted, and there is no key", remedy)
        try:
            payload = self._cipher.decrypt(record.payload, _about(record))
        except ValueError as error:
            remedy = "bring the key with which it was encrypted"
            raise KeyUnavailable(f"what is stored cannot be decrypted: {error}", remedy) from None
        return msgspec.structs.replace(record, payload=payload, encrypted=False)


PLAIN = StoreEncryption()


def _about(record: Record) -> bytes:
    return msgspec.msgpack.encode((record.kind, record.domain, record.version, record.part, record.parts))
