"""A sealer for tests: it hides the bytes and notices every change, and is worth nothing as a cipher."""

import hashlib
import itertools

TAG = 16


class XorSealer:
    """Another `key` opens nothing."""

    def __init__(self, key: bytes = b"key") -> None:
        self._key = key

    def encrypt(self, data: bytes, about: bytes) -> bytes:
        return self._tag(data, about) + self._crossed(data, about)

    def decrypt(self, data: bytes, about: bytes) -> bytes:
        plain = self._crossed(data[TAG:], about)
        if self._tag(plain, about) != data[:TAG]:
            raise ValueError("another key, or altered")
        return plain

    def _tag(self, data: bytes, about: bytes) -> bytes:
        return hashlib.blake2b(about + b"\0" + data, key=self._key, digest_size=TAG).digest()

    def _crossed(self, data: bytes, about: bytes) -> bytes:
        stream = hashlib.blake2b(about, key=self._key).digest()
        return bytes(a ^ b for a, b in zip(data, itertools.cycle(stream), strict=False))
