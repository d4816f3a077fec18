"""Tokens of the API: who has one, by the digest of it, in data/page/tokens.json. `supervisor page token` changes them
there, and a page that runs takes that over with the next request."""

import contextlib
import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from config.files import read_limited, write_private

PREFIX = "gerald_"
"""So that whoever finds one knows what it is."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST = 64
LARGEST = 64 << 10


class TokenRefused(Exception):
    """A token cannot be made or removed; the text says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """name: the owner's for it. digest: SHA-256 of it, hex. made: epoch seconds."""

    name: str
    digest: str
    may_act: bool
    made: float


def file_of(data: Path) -> Path:
    return data / "page" / "tokens.json"


def read(file: Path) -> tuple[Token, ...]:
    """What is there and makes sense: whoever damages it withdraws tokens, and nothing else."""
    found: Any = None
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(read_limited(file, LARGEST))
    entries = found if isinstance(found, list) else []
    return tuple(token for entry in entries[:MOST] if (token := _token(entry)) is not None)


def add(file: Path, name: str, now: float, *, may_act: bool) -> str:
    """Make one; it is shown this once. Raises TokenRefused, and OSError where it cannot be kept."""
    known = read(file)
    if not NAME.fullmatch(name):
        raise TokenRefused("a name has up to 64 letters, digits, dots, dashes and underscores")
    if any(token.name == name for token in known):
        raise TokenRefused(
            f"there is a token {name!r} already; `supervisor page token remove {name}` ends it"
        )
    if len(known) >= MOST:
        raise TokenRefused(f"there are {MOST} tokens already; remove one that nobody uses")
    secret = PREFIX + secrets.token_urlsafe(32)
    _write(file, (*known, Token(name, digest(secret), may_act, now)))
    return secret


def remove(file: Path, name: str) -> None:
    """End it. Raises TokenRefused, and OSError where that cannot be kept."""
    known = read(file)
    left = tuple(token for token in known if token.name != name)
    if len(left) == len(known):
        raise TokenRefused(f"there is no token {name!r}; `supervisor page token list` names them")
    _write(file, left)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Tokens:
    """Finds the bearer of a token, among those in the file as it is now. For any thread."""

    def __init__(self, data: Path) -> None:
        self._file = file_of(data)
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._known: tuple[Token, ...] = ()

    def find(self, secret: str) -> Token | None:
        """Every digest is compared, and each in constant time."""
        wanted, found = digest(secret), None
        for token in self._current():
            if hmac.compare_digest(token.digest, wanted):
                found = token
        return found

    def _current(self) -> tuple[Token, ...]:
        with self._lock:
            now = _identity(self._file)
            if now != self._seen:
                self._known = read(self._file) if now is not None else ()
                self._seen = now
            return self._known


def _identity(file: Path) -> tuple[int, int, int] | None:
    """What changes with every writing; None where there is no file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def _token(entry: object) -> Token | None:
    if not isinstance(entry, Mapping):
        return None
    try:
        name, hashed = str(entry["name"]), str(entry["digest"])
        made = float(entry["made"])
    except (KeyError, TypeError, ValueError):
        return None
    good = NAME.fullmatch(name) and re.fullmatch(r"[0-9a-f]{64}", hashed)
    return Token(name, hashed, entry.get("may_act") is True, made) if good else None


def _write(file: Path, tokens: Iterable[Token]) -> None:
    write_private(file, json.dumps([asdict(token) for token in tokens], indent=1).encode())
