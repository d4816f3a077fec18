"""What home and host say to each other, in this order: Hello, Claim, then Granted, Kept and Welcome, or Denied.

Each is one MessagePack map behind its length, inside TLS."""

import hashlib
import hmac
from enum import StrEnum

import msgspec

from supervisor.hosts.build import Build, Mismatch

LARGEST = 64 << 10
"""Bytes of a message."""
NONCE = 32


class Denial(StrEnum):
    """Why nobody joined by this connection."""

    WRONG_SECRET = "wrong secret"
    USED = "used"
    EXPIRED = "expired"
    GUESSED = "guessed"
    MISMATCH = "mismatch"
    BAD_REQUEST = "bad request"
    TROUBLE = "trouble"


class Hello(msgspec.Struct, frozen=True, tag=True):
    """From the home: its authority, whose fingerprint the code has, and a number that was never used before."""

    authority: bytes
    nonce: bytes


class Claim(msgspec.Struct, frozen=True, tag=True):
    """From the host. proof: see `proof_of`. request: for a certificate. build: a Build, encoded, as it was proven."""

    proof: bytes
    request: bytes
    build: bytes


class Granted(msgspec.Struct, frozen=True, tag=True):
    """From the home. name: the host's. link_port: where the home listens for its hosts. addresses: further ones than
    that which was reached. lacking: models that the home has and the host has not."""

    name: str
    certificate: bytes
    authority: bytes
    link_port: int
    addresses: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


class Denied(msgspec.Struct, frozen=True, tag=True):
    """From the home: why, and what does not match."""

    why: Denial
    text: str
    mismatches: tuple[Mismatch, ...] = ()


class Kept(msgspec.Struct, frozen=True, tag=True):
    """From the host: the certificate is on its disk."""


class Welcome(msgspec.Struct, frozen=True, tag=True):
    """From the home: the host may come from now on."""


ToHost = Hello | Granted | Denied | Welcome
ToHome = Claim | Kept
_to_host = msgspec.msgpack.Decoder(ToHost)
_to_home = msgspec.msgpack.Decoder(ToHome)
_build = msgspec.msgpack.Decoder(Build)


class NotUnderstood(Exception):
    """The other side sent what is no message of this protocol."""


def encode(message: ToHost | ToHome | Build) -> bytes:
    return msgspec.msgpack.encode(message)


def decode_to_host(data: bytes) -> ToHost:
    """Raises NotUnderstood."""
    try:
        found: ToHost = _to_host.decode(data)
        return found
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NotUnderstood("it sent what is no message of an enrolment") from None


def decode_to_home(data: bytes) -> ToHome:
    """Raises NotUnderstood."""
    try:
        found: ToHome = _to_home.decode(data)
        return found
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NotUnderstood("it sent what is no message of an enrolment") from None


def decode_build(data: bytes) -> Build:
    """Raises NotUnderstood."""
    try:
        return _build.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise NotUnderstood("what it says of its code cannot be read") from None


def proof_of(secret: bytes, server: bytes, nonce: bytes, request: bytes, build: bytes) -> bytes:
    """That whoever asks holds the invitation's secret, for this very connection and request.

    server: the certificate that the home showed in TLS, in DER. A proof that is heard elsewhere proves nothing: it
    holds for that certificate's owner, this nonce and this key only."""
    parts = (hashlib.sha256(part).digest() for part in (server, nonce, request, build))
    return hmac.digest(secret, b"gerald enrolment 1\0" + b"".join(parts), "sha256")
