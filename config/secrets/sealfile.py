"""`data/seal.json`: the data key of what is kept at rest, locked; its form, read and written whole."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import filelock

from config.files import write_private
from config.home import Home
from config.secrets.cipher import InvalidTag
from config.secrets.keyfile import PASSPHRASE, KeyTrouble, Opener, key_path, make_key_file
from config.secrets.lock import Lock, keyfile_lock, passphrase_lock, unlock
from config.secrets.vault import meta_of, read_source
from config.syntax.errors import LoadError

__all__ = ["WrappedKey", "damaged", "making", "new_lock", "read_sealed", "write_sealed"]

FORMAT = 1
_LOCK = ("by", "key", "salt", "wrapped")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The file's content. id: the data key's."""

    id: str
    lock: Lock


def read_sealed(home: Home) -> WrappedKey | None:
    """None without a file. Raises KeyTrouble for one that cannot be read, or is not as it was written."""
    try:
        data = home.seal_file.read_bytes()[:65536]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyTrouble(f"{home.seal_file} cannot be read: {error.strerror or error}") from None
    try:
        found: Any = json.loads(data)
        sealed = WrappedKey(_text(found, "id"), Lock(*(_text(found, name) for name in _LOCK)))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged(home, "it is not as it was written") from None
    if found.get("format") != FORMAT or found.get("check") != sealed.lock.check(sealed.id):
        raise damaged(home, "it is not as it was written")
    return sealed


def write_sealed(home: Home, sealed: WrappedKey) -> None:
    """Put it in the file's place, readable by its owner only. Raises KeyTrouble; then nothing has changed."""
    lock = asdict(sealed.lock)
    whole = {"format": FORMAT, "id": sealed.id, **lock, "check": sealed.lock.check(sealed.id)}
    try:
        write_private(home.seal_file.resolve(), (json.dumps(whole, indent=2) + "\n").encode())
    except OSError as error:
        raise KeyTrouble(f"{home.seal_file} cannot be written: {error.strerror or error}") from None


def damaged(home: Home, why: str) -> KeyTrouble:
    """The trouble that no other key helps against."""
    hint = "Restore it from a backup; without it nothing that was sealed can be read."
    return KeyTrouble(f"{home.seal_file} is damaged: {why}", hint)


@contextlib.contextmanager
def making(home: Home) -> Iterator[None]:
    """Held by whoever makes or changes the file. Raises KeyTrouble when another holds it for more than 5 s."""
    try:
        home.data.mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(home.data / "seal.lock", timeout=5.0)
        held.acquire()
    except OSError as error:  # filelock.Timeout is one
        raise KeyTrouble(f"{home.seal_file} cannot be changed: {error.strerror or error}") from None
    try:
        yield
    finally:
        held.release()


def new_lock(home: Home, opener: Opener, data_key: bytes, id: str) -> Lock:
    """A lock like that of secrets.yaml, with its key; else by the key file, made if missing. Raises KeyTrouble."""
    try:
        source = read_source(home)
        meta = meta_of(source) if source is not None else None
    except LoadError as error:
        message = f"{home.secrets_file} does not say how it is locked: it {error.problem.message}"
        raise KeyTrouble(message, error.problem.hint) from None
    if meta is None:
        return keyfile_lock(data_key, id, make_key_file(key_path(opener.environ)))
    if meta.lock.by == "passphrase":
        # Asked once, and tried at the secrets: a slip of the fingers would lock everything for good.
        opener = Opener({**opener.environ, PASSPHRASE: opener.passphrase()})
    try:
        unlock(meta.lock, meta.id, opener)
    except (InvalidTag, ValueError):
        raise KeyTrouble(f"{home.secrets_file} is damaged", "Restore the file from a backup.") from None
    except KeyTrouble as trouble:
        raise KeyTrouble(f"{home.secrets_file} cannot be opened: {trouble}", trouble.hint) from None
    if meta.lock.by == "passphrase":
        return passphrase_lock(data_key, id, opener.passphrase())
    return keyfile_lock(data_key, id, opener.key_file(meta.lock.key))


def _text(found: Any, name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
