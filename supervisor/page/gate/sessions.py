"""Sessions: who has signed in, by the digest of a cookie, in data/page/sessions.json, so that a restart signs nobody
out."""

import contextlib
import hashlib
import hmac
import json
import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from config.files import read_limited, write_private

log = logging.getLogger(__name__)
LASTS = 30 * 86400.0
"""Seconds that a session lasts."""
MOST = 32
LARGEST = 64 << 10


@dataclass(frozen=True, slots=True)
class Session:
    """token: the cookie's, known to the browser only; "" once it is stored. until: epoch seconds."""

    token: str
    may_act: bool
    until: float

    @property
    def form_token(self) -> str:
        """What every form of this session must bring along, against requests that another site makes."""
        return hmac.digest(self.token.encode(), b"gerald page form", hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a session."""

    may_act: bool
    until: float
    epoch: str


class Sessions:
    """The sessions of the home whose `data` it is. epoch: the role's own, which ends when its password changes or
    everybody is signed out; no session outlives the one that it began in. For any thread."""

    def __init__(self, data: Path, epoch: Callable[[bool], str] = lambda may_act: "") -> None:
        self._file = data / "page" / "sessions.json"
        self._epoch = epoch
        self._lock = threading.Lock()
        self._known: dict[str, Kept] = _read(self._file)

    def begin(self, now: float, *, may_act: bool) -> Session:
        """A new one; with too many, the one that ends first goes."""
        session = Session(secrets.token_urlsafe(32), may_act, now + LASTS)
        with self._lock:
            self._known[_digest(session.token)] = Kept(may_act, session.until, self._epoch(may_act))
            self._tidy(now)
            self._write()
        return session

    def find(self, token: str, now: float) -> Session | None:
        """The session of a cookie, if it is one and lasts."""
        found = self._known.get(_digest(token)) if token else None
        if found is None or found.until <= now or found.epoch != self._epoch(found.may_act):
            return None
        return Session(token, found.may_act, found.until)

    def end(self, token: str) -> None:
        with self._lock:
            if self._known.pop(_digest(token), None) is not None:
                self._write()

    def end_all(self) -> None:
        with self._lock:
            self._known = {}
            self._write()

    def _tidy(self, now: float) -> None:
        lasting = {
            digest: kept
            for digest, kept in self._known.items()
            if kept.until > now and kept.epoch == self._epoch(kept.may_act)
        }
        newest = sorted(lasting, key=lambda digest: lasting[digest].until)[-MOST:]
        self._known = {digest: lasting[digest] for digest in newest}

    def _write(self) -> None:
        data = {digest: asdict(kept) for digest, kept in self._known.items()}
        try:
            write_private(self._file, json.dumps(data).encode())
        except OSError as error:
            log.warning("the sessions of the page could not be saved: %s", error.strerror or error)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _read(file: Path) -> dict[str, Kept]:
    """What is there and makes sense: whoever damages it signs people out, and nothing else."""
    found: Mapping[str, Any] = {}
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(read_limited(file, LARGEST))
    if not isinstance(found, dict):
        return {}
    known = {}
    for digest, one in found.items():
        with contextlib.suppress(TypeError, KeyError, ValueError, AttributeError):
            known[digest] = Kept(one["may_act"] is True, float(one["until"]), str(one.get("epoch", "")))
    return known
