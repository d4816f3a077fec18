"""A data key, encrypted ("wrapped") by a key file's key, or by one that is made of a passphrase."""

import os
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag

from config.secrets.cipher import (
    b64,
    decrypt,
    encrypt,
    fingerprint,
    key_id,
    passphrase_key,
    unb64,
)
from config.secrets.key_file import KEY_FILE_VARIABLE, EncryptionKeyError, KeySource

FORMAT = 1
BY_KEY_FILE, BY_PASSPHRASE = "keyfile", "passphrase"


class WrappedKey(msgspec.Struct, frozen=True):
    """id: what the data key is for. by: keyfile or passphrase. key: the key file's id. salt, wrapped: base64."""

    id: str
    by: str
    key: str
    salt: str
    wrapped: str

    def as_data(self) -> dict[str, Any]:
        """The fields as they stand in a file; `check` tells a damaged file from a wrong key."""
        fields: dict[str, Any] = msgspec.structs.asdict(self)
        return {"format": FORMAT, **fields, "check": fingerprint(*fields.values())}


def wrapped_key_from(found: Any) -> WrappedKey:
    """The reverse of `as_data`, which may have other fields, too. Raises ValueError."""
    try:
        wrapped = msgspec.convert(found, WrappedKey)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    if any(found.get(name) != value for name, value in wrapped.as_data().items()):
        raise ValueError("not as it was written")
    return wrapped


def wrap(data_key: bytes, id: str, by: str, keys: KeySource, key: str = "") -> WrappedKey:
    """Encrypt a data key. key: the id of the key file, if it is not the usual one. Raises EncryptionKeyError."""
    salt = b""
    if by == BY_PASSPHRASE:
        salt = os.urandom(16)
        secret = passphrase_key(keys.passphrase(), salt)
    else:
        secret = keys.key_file(key)
        key = key_id(secret)
    return WrappedKey(id, by, key, b64(salt), b64(encrypt(secret, data_key, _about(id))))


def unwrap(wrapped: WrappedKey, keys: KeySource) -> bytes:
    """The data key. Raises EncryptionKeyError for a missing or wrong key, ValueError for a damaged wrapped key."""
    data = unb64(wrapped.wrapped)
    if wrapped.by == BY_PASSPHRASE:
        secret = passphrase_key(keys.passphrase(), unb64(wrapped.salt))
        message, hint = "the passphrase is wrong", "It is the one that `init` or `rekey` was given."
    else:
        secret = keys.key_file(wrapped.key)
        message = f"the wrong key; it is locked with {wrapped.key}, and yours is {key_id(secret)}"
        hint = f"Set {KEY_FILE_VARIABLE} to the key {wrapped.key}."
    try:
        return decrypt(secret, data, _about(wrapped.id))
    except InvalidTag:
        if wrapped.key and wrapped.key == key_id(secret):
            raise ValueError("its wrapped key does not fit its own key") from None
        raise EncryptionKeyError(message, hint) from None


def _about(id: str) -> bytes:
    return f"gerald data key {id}".encode()
