"""How home and host come to a key that nobody else has: two greetings, each signed with the key of a certificate.

The host says HELLO, the home WELCOME; each brings an X25519 key made for this once. The session's keys depend on both
greetings as a whole, certificates included, so nobody can change one, put another in its place or use it again. What
the host then seals proves that it is there itself, and has not only been recorded. Pure but for the dice of the keys.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from supervisor.hosts.identity.examination import is_signed_by
from supervisor.hosts.identity.refusal import Refused
from supervisor.hosts.wire.records import VERSION
from supervisor.hosts.wire.refusals import Reason

LARGEST = 32 * 1024
"""Most bytes of a greeting."""
MOST_FACTS = 64
"""Most facts in a HELLO, each of a short name and a value of a line."""
NONCE = 16
KEY = 32

_LABEL = b"gerald hosts wire 1 "

Judge = Callable[[bytes], str]
"""Gives the name in a certificate (DER or PEM) of somebody who may come. Raises Refused."""


class Hello(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Of a host. nonce: where it listens. facts: what it says about itself, such as its version."""

    version: int
    certificate: bytes
    key: bytes
    nonce: bytes
    facts: dict[str, str] = {}


class Welcome(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Of the home. hello: SHA-256 of what it answers."""

    certificate: bytes
    key: bytes
    hello: bytes
    session: Annotated[int, msgspec.Meta(ge=0, le=(1 << 62))]


class Sorry(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Of the home, to somebody who may not come: why, and what to do."""

    certificate: bytes
    hello: bytes
    reason: str
    text: str


class Signed(msgspec.Struct, frozen=True, array_like=True):
    """A greeting, and a signature of it with the key of the certificate in it."""

    body: bytes
    signature: bytes


class GreetingRefused(Exception):
    """A greeting is not what it should be. The text says why; reason: for counters."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class NotWelcome(Exception):
    """The home has said that this host may not come, and why. reason: as the home counts it."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Papers:
    """How one side proves who it is. certificate: DER or PEM. judge: of the other side's."""

    certificate: bytes
    sign: Callable[[bytes], bytes]
    judge: Judge


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What both sides have after the greetings."""

    session: int
    secret: bytes

    def key(self, channel: int, to_host: bool) -> bytes:
        """The key of one channel in one direction."""
        info = _LABEL + b"channel %d %s" % (channel, b"down" if to_host else b"up")
        return HKDFExpand(algorithm=SHA256(), length=KEY, info=info).derive(self.secret)


@dataclass(frozen=True, slots=True)
class Answered:
    """A HELLO that was answered with WELCOME. welcome: its bytes."""

    host: str
    hello: Hello
    welcome: bytes
    keys: SessionKeys


class Caller:
    """The host's side of one handshake."""

    def __init__(self, papers: Papers, nonce: bytes, facts: Mapping[str, str]) -> None:
        self._papers = papers
        self._private = X25519PrivateKey.generate()
        self.hello = _signed(
            papers, Hello(VERSION, papers.certificate, _public(self._private), nonce, dict(facts))
        )

    def finish(self, welcome: bytes) -> SessionKeys:
        """The keys. Raises GreetingRefused for what the home did not say to this host, and NotWelcome if it refused."""
        said, _ = _read(welcome, Welcome | Sorry, self._papers.judge)
        if said.hello != hashlib.sha256(self.hello).digest():
            raise GreetingRefused(Reason.REPLAYED, "it answers another greeting")
        if isinstance(said, Sorry):
            raise NotWelcome(said.reason, said.text)
        return _keys(self._private, said.key, said.session, self.hello, welcome)


def answer(papers: Papers, hello: bytes, session: int) -> Answered:
    """The home's side. Raises GreetingRefused."""
    said, host = _read(hello, Hello, papers.judge)
    if said.version != VERSION:
        raise GreetingRefused(
            Reason.VERSION,
            f"{host} speaks version {said.version} of the wire, this home {VERSION}: update the older",
        )
    private = X25519PrivateKey.generate()
    welcome = _signed(
        papers, Welcome(papers.certificate, _public(private), hashlib.sha256(hello).digest(), session)
    )
    return Answered(host, said, welcome, _keys(private, said.key, session, hello, welcome))


def refuse(papers: Papers, hello: bytes, refused: GreetingRefused) -> bytes:
    """What tells a host why it may not come."""
    return _signed(
        papers, Sorry(papers.certificate, hashlib.sha256(hello).digest(), refused.reason, str(refused)[:500])
    )


def nonce_of(hello: bytes) -> bytes | None:
    """Where whoever sent this listens, proven or not; None if it does not say."""
    try:
        nonce = _decode(hello, Hello)[0].nonce
    except GreetingRefused:
        return None
    return nonce if len(nonce) == NONCE else None


def _read(data: bytes, kind: Any, judge: Judge) -> tuple[Any, str]:
    """A greeting, and the name of who signed it. Raises GreetingRefused."""
    said, signed = _decode(data, kind)
    try:
        name = judge(said.certificate)
    except Refused as refused:
        raise GreetingRefused(refused.reason, str(refused)) from None
    if not is_signed_by(said.certificate, signed.signature, _LABEL + signed.body):
        raise GreetingRefused(Reason.FORGED, f"{name} did not sign it")
    return said, name


def _decode(data: bytes, kind: Any) -> tuple[Any, Signed]:
    if len(data) > LARGEST:
        raise GreetingRefused(Reason.OVERSIZED, "a greeting is too large")
    try:
        signed = msgspec.msgpack.decode(data, type=Signed)
        said = msgspec.msgpack.decode(signed.body, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise GreetingRefused(Reason.MALFORMED, "that is no greeting") from None
    if isinstance(said, Hello) and (len(said.nonce) != NONCE or len(said.facts) > MOST_FACTS):
        raise GreetingRefused(Reason.MALFORMED, "a greeting says too much or too little")
    return said, signed


def _signed(papers: Papers, said: Hello | Welcome | Sorry) -> bytes:
    body = msgspec.msgpack.encode(said)
    return msgspec.msgpack.encode(Signed(body, papers.sign(_LABEL + body)))


def _public(private: X25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _keys(private: X25519PrivateKey, other: bytes, session: int, hello: bytes, welcome: bytes) -> SessionKeys:
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(other))
    except ValueError:  # of another length, or one that gives a key that all can know
        raise GreetingRefused(Reason.MALFORMED, "that is no key") from None
    both = hashlib.sha256(hashlib.sha256(hello).digest() + hashlib.sha256(welcome).digest()).digest()
    secret = HKDF(algorithm=SHA256(), length=KEY, salt=both, info=_LABEL + b"secret").derive(shared)
    return SessionKeys(session, secret)
