"""Passwords of the page, one for each role, as scrypt has them, in data/page/passwords.json. Whoever sets one, or signs
everybody out, begins a new epoch: no session of an earlier one counts. The page sees a changed file at once."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.files import read_limited, write_private

SHORTEST, LONGEST = 10, 200
N, R, P, BYTES = 1 << 15, 8, 1, 32
MEMORY = 128 << 20
LARGEST = 16 << 10
ROLES = {True: "act", False: "look"}


class PasswordRefused(Exception):
    """It is no password that would keep anybody out; the text says why."""


@dataclass(frozen=True, slots=True)
class Hash:
    """What is kept of a password."""

    salt: bytes
    digest: bytes

    def fits(self, password: str) -> bool:
        """Takes a tenth of a second, and 32 MB meanwhile."""
        return hmac.compare_digest(_scrypt(password, self.salt), self.digest)


NOBODYS = Hash(bytes(16), bytes(BYTES))
"""Fits none; is tried where there is no password, so that it takes as long."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The file's content. hashes: of the roles that have a password. epochs: of the roles; "" for the first."""

    hashes: Mapping[bool, Hash]
    epochs: Mapping[bool, str]


NOTHING = Kept({}, {})


class Passwords:
    """The passwords of the home whose `data` it is. For any thread."""

    def __init__(self, data: Path) -> None:
        self._file = data / "page" / "passwords.json"
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._kept = NOTHING

    def has(self, *, may_act: bool) -> bool:
        return may_act in self._current().hashes

    def epoch(self, may_act: bool) -> str:
        """What a session of this role must have begun in."""
        return self._current().epochs.get(may_act, "")

    def role_of(self, password: str) -> bool | None:
        """Whether its bearer may act, or may only look; None for a wrong one. Takes the same time for all."""
        hashes = self._current().hashes
        fits = {may_act: hashes.get(may_act, NOBODYS).fits(password) for may_act in (True, False)}
        return True if fits[True] else False if fits[False] else None

    def set(self, password: str, *, may_act: bool) -> None:
        """Raises PasswordRefused and OSError."""
        refuse_weak(password)
        salt = os.urandom(16)
        self._change(may_act, Hash(salt, _scrypt(password, salt)))

    def remove(self, *, may_act: bool) -> None:
        """Raises OSError."""
        self._change(may_act, None)

    def sign_out_all(self) -> None:
        """Let no session that has begun count any more. Raises OSError."""
        self._write(Kept(self._current().hashes, {may_act: secrets.token_hex(8) for may_act in ROLES}))

    def _change(self, may_act: bool, new: Hash | None) -> None:
        kept = self._current()
        others = {role: one for role, one in kept.hashes.items() if role != may_act}
        hashes = others if new is None else {**others, may_act: new}
        self._write(Kept(hashes, {**kept.epochs, may_act: secrets.token_hex(8)}))

    def _write(self, kept: Kept) -> None:
        data = {
            ROLES[may_act]: {
                "epoch": kept.epochs.get(may_act, ""),
                **({"salt": _packed(one.salt), "scrypt": _packed(one.digest)} if one is not None else {}),
            }
            for may_act, one in ((role, kept.hashes.get(role)) for role in ROLES)
        }
        write_private(self._file, json.dumps(data).encode())

    def _current(self) -> Kept:
        """As the file is now."""
        try:
            found = self._file.stat()
            seen: tuple[int, ...] = (found.st_mtime_ns, found.st_ino, found.st_size)
        except OSError:
            seen = ()
        with self._lock:
            if seen != self._seen:
                self._kept, self._seen = _read(self._file), seen
            return self._kept


def refuse_weak(password: str) -> None:
    """Raises PasswordRefused."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefused(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < 5:
        raise PasswordRefused("a password has at least 5 different characters")


def _scrypt(password: str, salt: bytes) -> bytes:
    plain = unicodedata.normalize("NFKC", password[:LONGEST]).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(plain, salt=salt, n=N, r=R, p=P, dklen=BYTES, maxmem=MEMORY)


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _read(file: Path) -> Kept:
    """What is there and makes sense: a password that is damaged is none."""
    found: Any = {}
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(read_limited(file, LARGEST))
    hashes, epochs = {}, {}
    for may_act, name in ROLES.items():
        with contextlib.suppress(TypeError, KeyError, ValueError):
            epochs[may_act] = str(found[name]["epoch"])
            salt, digest = (base64.b64decode(found[name][part], validate=True) for part in ("salt", "scrypt"))
            if len(digest) == BYTES:
                hashes[may_act] = Hash(salt, digest)
    return Kept(hashes, epochs)
