"""Seals what is kept at rest under `storage.encrypt`: bytes in, bytes out, bound to what they are about.

Each home has one random data key, in `data/seal.json`, locked as its secrets are. Whoever loses the key, or that file,
loses what was sealed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.home import Home
from config.secrets.cipher import Box, InvalidTag, b64, key_id, unb64
from config.secrets.keyfile import KeyTrouble, Opener
from config.secrets.lock import Lock, unlock

__all__ = ["DataCipher", "KeyTrouble", "Undecipherable", "open_sealer", "rewrap", "sealer_from"]

FORMAT = b"\x01"


class Undecipherable(ValueError):
    """What was sealed does not open: another key, altered, or in another's place."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DataCipher:
    """One data key; may be used by several threads. id: what the key is called, which does not lead back to it."""

    id: str
    _key: bytes
    _box: Box

    def __repr__(self) -> str:
        return f"Sealer({self.id})"

    @property
    def key(self) -> str:
        """The data key as text, for `sealer_from`: over a private wire to a process that needs it, nowhere else."""
        return b64(self._key)

    def seal(self, data: bytes, about: bytes) -> bytes:
        """Encrypted, 33 bytes longer, and to be opened with the same `about` only."""
        head = self._head()
        return head + self._box.encrypt(data, head + about)

    def open(self, data: bytes, about: bytes) -> bytes:
        """The data again. Raises Unsealable."""
        head = self._head()
        if data[: len(head)] != head:
            raise Undecipherable(_other(data[: len(head)], self.id))
        try:
            return self._box.decrypt(data[len(head) :], head + about)
        except InvalidTag:
            raise Undecipherable("it was altered, or it stands in another's place") from None

    def _head(self) -> bytes:
        return FORMAT + bytes.fromhex(self.id)


def sealer_from(key: str) -> DataCipher:
    """The sealer with this `DataCipher.key`. Raises ValueError, which does not repeat it."""
    try:
        data_key = unb64(key)
    except ValueError:
        data_key = b""
    if len(data_key) != 32:
        raise ValueError("this is no key of a sealer")
    return _sealer(data_key)


def open_sealer(
    home: Home,
    environ: Mapping[str, str],
    *,
    passphrase: Callable[[], str] | None = None,
    make: bool = True,
) -> DataCipher:
    """The home's sealer. Raises KeyTrouble: the key is missing, or wrong, or `data/seal.json` is damaged.

    passphrase: asked where one locks it and GERALD_PASSPHRASE is not set.
    make: make the data key, and a key file for it, where there is none; locked like secrets.yaml where that exists.
    """
    from config.secrets.sealfile import WrappedKey, making, new_lock, read_sealed, write_sealed

    opener = Opener(environ, passphrase)
    if (found := read_sealed(home)) is None:
        if not make:
            hint = "Restore it from a backup; without it nothing that was sealed can be read."
            raise KeyTrouble(f"there is no {home.seal_file}", hint)
        with making(home):
            if (found := read_sealed(home)) is None:
                data_key = os.urandom(32)
                id = key_id(data_key)
                write_sealed(home, WrappedKey(id, new_lock(home, opener, data_key, id)))
                return _sealer(data_key)
    return _sealer(_unlocked(home, found.lock, found.id, opener))


def rewrap(home: Home, old: Opener, new: Opener, lock: Callable[[bytes, str], Lock]) -> bool:
    """Lock the data key otherwise; what was sealed stays as it is. False without a `data/seal.json`. Raises KeyTrouble,
    and has changed nothing then.

    lock: makes the lock of a data key and its id. new: must open that lock, which is tried first.
    """
    from config.secrets.sealfile import WrappedKey, making, read_sealed, write_sealed

    with making(home):
        if (found := read_sealed(home)) is None:
            return False
        data_key = _unlocked(home, found.lock, found.id, old)
        other = lock(data_key, found.id)
        _check_opens(home, other, found.id, new, data_key)
        write_sealed(home, WrappedKey(found.id, other))
        return True


def _sealer(data_key: bytes) -> DataCipher:
    return DataCipher(key_id(data_key), data_key, Box(data_key))


def _unlocked(home: Home, lock: Lock, id: str, opener: Opener) -> bytes:
    from config.secrets.sealfile import damaged

    try:
        data_key = unlock(lock, id, opener)
    except KeyTrouble as trouble:
        raise KeyTrouble(f"{home.seal_file} cannot be opened: {trouble}", trouble.hint) from None
    except (InvalidTag, ValueError):
        raise damaged(home, "its lock does not fit its own key") from None
    if key_id(data_key) != id:
        raise damaged(home, "its id is another key's")
    return data_key


def _check_opens(home: Home, lock: Lock, id: str, opener: Opener, data_key: bytes) -> None:
    try:
        if unlock(lock, id, opener) == data_key:
            return
        why, hint = "it holds another key", ""
    except KeyTrouble as trouble:
        why, hint = str(trouble), trouble.hint
    except (InvalidTag, ValueError):
        why, hint = "it does not fit its own key", ""
    raise KeyTrouble(f"the new lock of {home.seal_file} does not open: {why}; nothing was changed", hint)


def _other(head: bytes, id: str) -> str:
    if len(head) < len(FORMAT) + 4 or head[: len(FORMAT)] != FORMAT:
        return "it is nothing that was sealed, or it was altered"
    return f"it was sealed with the key {head[len(FORMAT) :].hex()}, and this is {id}; or it was altered"
