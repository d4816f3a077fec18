"""`data/seal.json`: the wrapped random key of a home's encrypted data. Without it or its key, that data is lost."""

import contextlib
import os
from collections.abc import Iterator

import filelock
import msgspec

from config.files import write_private
from config.home import Home
from config.secrets.cipher import key_id
from config.secrets.data_cipher import DataCipher
from config.secrets.key_file import EncryptionKeyError, KeySource, key_path, make_key_file
from config.secrets.secrets_file import open_data_key, read_metadata, read_source
from config.secrets.wrapped_key import BY_KEY_FILE, WrappedKey, unwrap, wrap, wrapped_key_from
from config.syntax.errors import LoadError

_LOST = "Restore it from a backup; without it nothing that was encrypted can be read."


def read_data_key(home: Home) -> WrappedKey | None:
    """None without a file. Raises EncryptionKeyError for one that cannot be read, or is not as it was written."""
    try:
        with home.data_key_file.open("rb") as file:
            return wrapped_key_from(msgspec.json.decode(file.read(65536)))
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"{home.data_key_file} cannot be read: {error.strerror or error}"
        raise EncryptionKeyError(message) from None
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise _damaged(home, "it is not as it was written") from None


def open_data_cipher(home: Home, keys: KeySource, *, make: bool = True) -> DataCipher:
    """The home's cipher. Raises EncryptionKeyError if the key is missing or wrong, or the file damaged.

    make: create the data key, and a key file for it, if there is none."""
    found = read_data_key(home)
    if found is None and not make:
        raise EncryptionKeyError(f"there is no {home.data_key_file}", _LOST)
    if found is None:
        with _changing(home):
            if (found := read_data_key(home)) is None:
                data_key = os.urandom(32)
                _write(home, _wrapped_like_secrets(home, keys, data_key))
                return DataCipher(key_id(data_key), data_key)
    return DataCipher(found.id, _unwrapped(home, found, keys))


def rewrap_data_key(home: Home, old: KeySource, new: KeySource, like: WrappedKey) -> bool:
    """Wrap the data key as `like` is, with a key of `new`. False without a file. On EncryptionKeyError no change."""
    with _changing(home):
        if (found := read_data_key(home)) is None:
            return False
        wrapped = wrap(_unwrapped(home, found, old), found.id, like.by, new, like.key)
        _unwrapped(home, wrapped, new)
        _write(home, wrapped)
        return True


def _write(home: Home, wrapped: WrappedKey) -> None:
    data = msgspec.json.format(msgspec.json.encode(wrapped.as_data())) + b"\n"
    write_private(home.data_key_file.resolve(), data)


@contextlib.contextmanager
def _changing(home: Home) -> Iterator[None]:
    """Lock the file; wait up to 5 s for it."""
    try:
        home.data.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(home.data / "seal.lock", timeout=5.0):
            yield
    except OSError as error:  # filelock.Timeout is one
        message = f"{home.data_key_file} cannot be changed: {error.strerror or error}"
        raise EncryptionKeyError(message) from None


def _unwrapped(home: Home, wrapped: WrappedKey, keys: KeySource) -> bytes:
    try:
        data_key = unwrap(wrapped, keys)
    except EncryptionKeyError as error:
        raise EncryptionKeyError(f"{home.data_key_file} cannot be opened: {error}", error.hint) from None
    except ValueError as error:
        raise _damaged(home, str(error)) from None
    if key_id(data_key) != wrapped.id:
        raise _damaged(home, "its id is another key's")
    return data_key


def _wrapped_like_secrets(home: Home, keys: KeySource, data_key: bytes) -> WrappedKey:
    """Wrap as secrets.yaml's data key is, with the same key; without that file by the key file, made if missing."""
    try:
        source = read_source(home)
        if source is None:
            make_key_file(key_path(keys.environ))
            return wrap(data_key, key_id(data_key), BY_KEY_FILE, keys)
        open_data_key(source, keys)  # a mistyped passphrase would lock everything for good
        like = read_metadata(source).wrapped
    except LoadError as error:
        message = f"{home.secrets_file} {error.problem.message}"
        raise EncryptionKeyError(message, error.problem.hint) from None
    return wrap(data_key, key_id(data_key), like.by, keys, like.key)


def _damaged(home: Home, why: str) -> EncryptionKeyError:
    return EncryptionKeyError(f"{home.data_key_file} is damaged: {why}", _LOST)
