"""Encryption of what is stored, where the configuration wants it: the sealer itself is handed in at the start."""

from typing import Protocol

import msgspec

from actors.persistence.store.errors import StoreError
from actors.persistence.store.record import Record

__all__ = ["PLAIN", "Encrypter", "Locked", "StoreEncryption", "Undecryptable"]


class Undecryptable(StoreError):
    """What is stored is whole and encrypted, and not by a key that is here: only its owner can help."""


class Encrypter(Protocol):
    """What can encrypt: data, and what it is about, which must be the same when it is opened."""

    def encrypt(self, data: bytes, about: bytes) -> bytes: ...
    def decrypt(self, data: bytes, about: bytes) -> bytes:
        """Raises ValueError for another key, or what was altered or moved."""
        ...


class Locked:
    """In place of a sealer whose key is not to be had: whoever uses it hears why. id: another one for each reason."""

    def __init__(self, why: str, remedy: str) -> None:
        self.why = why
        self.remedy = remedy

    @property
    def id(self) -> str:
        return f"locked: {self.why}"

    def encrypt(self, data: bytes, about: bytes) -> bytes:
        raise Undecryptable(self.why, self.remedy)

    def decrypt(self, data: bytes, about: bytes) -> bytes:
        raise Undecryptable(self.why, self.remedy)


class StoreEncryption:
    """sealer: None where nothing is encrypted; what was encrypted then cannot be read. writes: whether to encrypt."""

    def __init__(self, sealer: Encrypter | None = None, *, writes: bool = True) -> None:
        self._sealer = sealer
        self._writes = writes and sealer is not None

    @property
    def writes(self) -> bool:
        """Whether what is sealed by it is encrypted."""
        return self._writes

    def require(self) -> None:
        """Raise StoreError where all that is written should be encrypted, and cannot be: leave the store alone then."""
        if self._writes and isinstance(self._sealer, Locked):
            raise Undecryptable(self._sealer.why, self._sealer.remedy)

    def always(self) -> "StoreEncryption":
        """The same, encrypting whenever there is a sealer."""
        return StoreEncryption(self._sealer)

    def seal(self, record: Record) -> Record:
        """The record as it is to be stored."""
        if not self._writes or record.sealed or self._sealer is None:
            return record
        payload = self._sealer.encrypt(record.payload, _about(record))
        return msgspec.structs.replace(record, payload=payload, sealed=True)

    def opened(self, record: Record) -> Record:
        """The record as it was. Raises StoreError when it is encrypted and cannot be read: it is not touched then."""
        if not record.sealed:
            return record
        if self._sealer is None:
            raise Undecryptable(
                "what is stored is encrypted, and there is no key",
                "set storage.encrypt to true, and bring the key",
            )
        try:
            payload = self._sealer.decrypt(record.payload, _about(record))
        except ValueError as error:
            raise Undecryptable(
                f"what is stored cannot be decrypted: {error}", "bring the key with which it was encrypted"
            ) from None
        return msgspec.structs.replace(record, payload=payload, sealed=False)


PLAIN = StoreEncryption()


def _about(record: Record) -> bytes:
    return msgspec.msgpack.encode((record.kind, record.domain, record.version, record.part, record.parts))
