"""The cryptography, all of it by the library `cryptography`.

Each file has a random data key. HKDF-SHA256 derives a key for the values (AES-256-GCM, bound to the file's id and the
value's key path) and one for the MAC (HMAC-SHA256 of the whole text)."""

import base64
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

PREFIX = "enc:1:"
NONCE, TAG = 12, 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of exactly what `b64` writes. Raises ValueError."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64(data) != text:
        raise ValueError("not the canonical form")
    return data


def encrypt(key: bytes, data: bytes, about: bytes) -> bytes:
    """Nonce, ciphertext and tag: 28 bytes longer than `data`. Random nonces: good for 2**32 calls with one key."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def decrypt(key: bytes, data: bytes, about: bytes) -> bytes:
    """The data again. Raises InvalidTag: another key, another `about`, or altered."""
    if len(data) < NONCE + TAG:
        raise InvalidTag
    return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], about)


class SecretsCipher:
    """Encrypts and authenticates one file. `data_key`: 32 bytes. `id`: the file's own."""

    def __init__(self, data_key: bytes, id: str) -> None:
        self._id = id
        self._value_key, self._mac_key = (
            HKDF(SHA256(), 32, salt=id.encode(), info=purpose).derive(data_key)
            for purpose in (b"gerald values", b"gerald seal")
        )

    def encrypt(self, key: Key, value: Any) -> str:
        """A token for the scalar `value` at `key`."""
        plain = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return PREFIX + b64(encrypt(self._value_key, plain, self._about(key)))

    def decrypt(self, key: Key, token: str) -> Any:
        """The value of a token. Raises InvalidTag: altered, or another key's; ValueError: not a token."""
        plain = decrypt(self._value_key, unb64(token.removeprefix(PREFIX)), self._about(key))
        return json.loads(plain.decode("utf-8", "surrogatepass"))

    def mac(self, text: str) -> str:
        """The HMAC of the whole text."""
        return b64(hmac.digest(self._mac_key, text.encode("utf-8", "surrogatepass"), "sha256"))

    def _about(self, key: Key) -> bytes:
        return json.dumps([self._id, *key]).encode()


def key_id(key: bytes) -> str:
    """The public name of a key; the key cannot be computed from it."""
    return hmac.digest(key, b"gerald key id", "sha256").hex()[:8]


def fingerprint(*parts: str) -> str:
    """A checksum against accidents, not against an attacker."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def passphrase_key(passphrase: str, salt: bytes) -> bytes:
    """The key of a passphrase; takes a good part of a second and 128 MiB, on purpose."""
    scrypt = Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    return scrypt.derive(passphrase.encode("utf-8", "surrogatepass"))
