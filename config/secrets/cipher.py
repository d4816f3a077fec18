"""The cryptography of the secrets file: only what the library `cryptography` offers, put together in the usual way.

A random data key per file; HKDF-SHA256 makes of it a key for values and a key for the seal; values by AES-256-GCM with
the file's id and the key path as associated data; the seal is an HMAC-SHA256 over the whole text; the data key is
wrapped by AES-256-GCM under a key file's key, or under one that scrypt makes of a passphrase.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from config.syntax.problem import Key

__all__ = [
    "PREFIX",
    "Box",
    "Cipher",
    "InvalidTag",
    "b64",
    "derive",
    "fingerprint",
    "key_id",
    "unb64",
    "unwrap",
    "wrap",
]

PREFIX = "enc:1:"
NONCE = 12
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The reverse, of exactly what `b64` writes. Raises ValueError."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from None
    if b64(data) != text:
        raise ValueError("not the canonical form")
    return data


class Cipher:
    """Encrypts, decrypts and seals for one file. `data_key`: 32 bytes. `id`: the file's own."""

    def __init__(self, data_key: bytes, id: str) -> None:
        self._id = id
        self._values = AESGCM(_derived(data_key, id, b"gerald values"))
        self._seal_key = _derived(data_key, id, b"gerald seal")

    def encrypt(self, key: Key, value: Any) -> str:
        """A token for the scalar `value` at `key`."""
        plain = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        nonce = os.urandom(NONCE)
        return PREFIX + b64(nonce + self._values.encrypt(nonce, plain, self._place(key)))

    def decrypt(self, key: Key, token: str) -> Any:
        """The value of a token at `key`. Raises InvalidTag: it is another's, or was changed; ValueError: it is none."""
        data = unb64(token.removeprefix(PREFIX))
        if len(data) < NONCE + 16:
            raise ValueError("too short")
        plain = self._values.decrypt(data[:NONCE], data[NONCE:], self._place(key))
        return json.loads(plain.decode("utf-8", "surrogatepass"))

    def seal(self, text: str) -> str:
        """The HMAC of the whole text."""
        return b64(hmac.digest(self._seal_key, text.encode("utf-8", "surrogatepass"), "sha256"))

    def _place(self, key: Key) -> bytes:
        return json.dumps([self._id, *key]).encode()


class Box:
    """Encrypts bytes under a key of 32 bytes; may be used by several threads. Random nonces: good for 2**32 of them."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, data: bytes, about: bytes) -> bytes:
        """Nonce, ciphertext and tag; 28 bytes longer than `data`."""
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, data, about)

    def decrypt(self, data: bytes, about: bytes) -> bytes:
        """The data again. Raises InvalidTag: another key, another `about`, or altered."""
        if len(data) < NONCE + 16:
            raise InvalidTag
        return self._aead.decrypt(data[:NONCE], data[NONCE:], about)


def key_id(key: bytes) -> str:
    """What a key is called: nobody can get back from it to the key."""
    return hmac.digest(key, b"gerald key id", "sha256").hex()[:8]


def fingerprint(*parts: str) -> str:
    """A check of unkeyed text against chance, not against malice."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def derive(passphrase: str, salt: bytes) -> bytes:
    """A wrapping key of a passphrase; takes a good part of a second and 128 MiB, on purpose."""
    return Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(
        passphrase.encode("utf-8", "surrogatepass")
    )


def wrap(data_key: bytes, by: bytes, id: str) -> str:
    """The data key under another key."""
    nonce = os.urandom(NONCE)
    return b64(nonce + AESGCM(by).encrypt(nonce, data_key, f"gerald data key {id}".encode()))


def unwrap(wrapped: str, by: bytes, id: str) -> bytes:
    """The data key again. Raises InvalidTag for the wrong key, ValueError for what is no wrapped key."""
    data = unb64(wrapped)
    if len(data) != NONCE + 32 + 16:
        raise ValueError("of a wrong length")
    return AESGCM(by).decrypt(data[:NONCE], data[NONCE:], f"gerald data key {id}".encode())


def _derived(data_key: bytes, id: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=id.encode(), info=purpose).derive(data_key)
