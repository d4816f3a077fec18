"""A data key under another key: a key file's, or one that is made of a passphrase."""

from __future__ import annotations

import os
from dataclasses import dataclass

from config.secrets.cipher import InvalidTag, b64, derive, fingerprint, key_id, unb64, unwrap, wrap
from config.secrets.keyfile import KeyTrouble, Opener

__all__ = ["Lock", "keyfile_lock", "passphrase_lock", "unlock"]


@dataclass(frozen=True, slots=True)
class Lock:
    """by: keyfile or passphrase. key: the key file's id. salt, wrapped: base64."""

    by: str
    key: str
    salt: str
    wrapped: str

    def check(self, id: str) -> str:
        """What tells an accident from a wrong key."""
        return fingerprint(id, self.by, self.key, self.salt, self.wrapped)


def keyfile_lock(data_key: bytes, id: str, key: bytes) -> Lock:
    """The data key under a key file's key."""
    return Lock("keyfile", key_id(key), "", wrap(data_key, key, id))


def passphrase_lock(data_key: bytes, id: str, passphrase: str) -> Lock:
    """The data key under a passphrase."""
    salt = os.urandom(16)
    return Lock("passphrase", "", b64(salt), wrap(data_key, derive(passphrase, salt), id))


def unlock(lock: Lock, id: str, opener: Opener) -> bytes:
    """The data key. Raises KeyTrouble, or InvalidTag for a key of the right name that does not fit."""
    if lock.by == "passphrase":
        try:
            return unwrap(lock.wrapped, derive(opener.passphrase(), unb64(lock.salt)), id)
        except InvalidTag:
            raise KeyTrouble(
                "the passphrase is wrong", "It is the one that `init` or `rekey` was given."
            ) from None
    key = opener.key_file(lock.key)
    try:
        return unwrap(lock.wrapped, key, id)
    except InvalidTag:
        if key_id(key) == lock.key:
            raise
        hint = f"Set GERALD_KEY_FILE to the key {lock.key}."
        raise KeyTrouble(
            f"the wrong key; it is locked with {lock.key}, and yours is {key_id(key)}", hint
        ) from None
