"""One-time links: whoever can read the instance's key may open the page. Made by `supervisor page`, without a word to
the instance, so that no message and no trace holds one."""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading
import time

VALID = 120.0
"""Seconds within which a link must be opened."""
LONGEST = 300


def make_link(key: str, now: float, *, may_act: bool = True) -> str:
    """The secret part of a link. key: of the instance, hex. now: epoch seconds."""
    said = f"{int(now + VALID)}|{'act' if may_act else 'look'}|{secrets.token_urlsafe(16)}"
    return f"{_packed(said.encode())}.{_packed(_mac(key, said.encode()))}"


class Links:
    """What a link must be, and which were used. key: of the instance, hex."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def use(self, link: str, now: float | None = None) -> bool | None:
        """Whether its bearer may act, or may only look; None for a link that is wrong, too old or was used."""
        now = time.time() if now is None else now
        said = self._checked(link)
        if said is None:
            return None
        until, role, nonce = said.split("|")
        with self._lock:
            self._used = {one: end for one, end in self._used.items() if end >= now}
            if float(until) < now or nonce in self._used:
                return None
            self._used[nonce] = float(until)
        return role == "act"

    def _checked(self, link: str) -> str | None:
        if len(link) > LONGEST:
            return None
        first, _, second = link.partition(".")
        try:
            said, mac = _unpacked(first), _unpacked(second)
        except (ValueError, binascii.Error):
            return None
        return said.decode() if hmac.compare_digest(mac, _mac(self._key, said)) else None


def _mac(key: str, said: bytes) -> bytes:
    """Under a key of its own, so that a link says nothing of the control socket's."""
    own = hmac.digest(bytes.fromhex(key), b"gerald page link", hashlib.sha256)
    return hmac.digest(own, said, hashlib.sha256)


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
