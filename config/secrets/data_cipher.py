"""Encrypts what is stored under `storage.encrypt`: bytes in, bytes out, bound to what they are about."""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from config.secrets.cipher import b64, decrypt, encrypt, key_id, unb64

FORMAT = b"\x01"


class DecryptionError(ValueError):
    """Data was encrypted with another key, altered, or moved to another place."""


@dataclass(frozen=True, slots=True, eq=False)
class DataCipher:
    """One data key; may be used by several threads. id: the key's public name."""

    id: str
    _key: bytes = field(repr=False)

    def __reduce__(self) -> str:
        raise TypeError("a DataCipher cannot be pickled")

    @property
    def key(self) -> str:
        """The data key as text, for `data_cipher_from`: for a private wire to a process that needs it."""
        return b64(self._key)

    def encrypt(self, data: bytes, about: bytes) -> bytes:
        """The data encrypted, 33 bytes longer; `decrypt` needs the same `about`."""
        return self._head + encrypt(self._key, data, self._head + about)

    def decrypt(self, data: bytes, about: bytes) -> bytes:
        """The data again. Raises DecryptionError."""
        head, size = self._head, len(self._head)
        if data[:1] != FORMAT or len(data) < size:
            raise DecryptionError("it is not encrypted data, or it was altered")
        if data[:size] != head:
            other = data[1:size].hex()
            raise DecryptionError(
                f"it was encrypted with the key {other}, and this is {self.id}; or it was altered"
            )
        try:
            return decrypt(self._key, data[size:], head + about)
        except InvalidTag:
            raise DecryptionError("it was altered, or it stands in another's place") from None

    @property
    def _head(self) -> bytes:
        return FORMAT + bytes.fromhex(self.id)


def data_cipher_from(key: str) -> DataCipher:
    """The cipher with this `DataCipher.key`. Raises ValueError, which does not repeat it."""
    try:
        data_key = unb64(key)
    except ValueError:
        data_key = b""
    if len(data_key) != 32:
        raise ValueError("this is not a data key")
    return DataCipher(key_id(data_key), data_key)
