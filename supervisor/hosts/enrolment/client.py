"""Joins a home with an invitation: finds it, makes sure that it is the one, and gets a certificate for a new key."""

import datetime
import os
import shutil
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from config.files import sync_folder
from supervisor.hosts.build import Build, Mismatch
from supervisor.hosts.enrolment.messages import (
    Claim,
    Denial,
    Denied,
    Granted,
    Hello,
    Kept,
    NotUnderstood,
    ToHost,
    Welcome,
    decode_to_host,
    encode,
    proof_of,
)
from supervisor.hosts.enrolment.stream import Stream, StreamLost
from supervisor.hosts.identity.authority import make_key, make_request
from supervisor.hosts.identity.examination import examine, key_fingerprint
from supervisor.hosts.identity.identity import NoIdentity, identity_of, write_identity
from supervisor.hosts.identity.invitation import FINGERPRINT, Invitation
from supervisor.hosts.identity.membership import MOST_ADDRESSES, Membership, write_membership
from supervisor.hosts.identity.names import Role
from supervisor.hosts.identity.refusal import Refused

Message = TypeVar("Message", bound=ToHost)
CONNECT_WITHIN = 5.0
WITHIN = 20.0
"""Seconds, once connected, for all of it."""


class NotJoined(Exception):
    """The home was not joined; nothing on this machine has changed. The text says why and what to do."""

    def __init__(self, text: str, mismatches: tuple[Mismatch, ...] = ()) -> None:
        super().__init__(text)
        self.mismatches = mismatches


@dataclass(frozen=True, slots=True)
class Joined:
    """name: this host's. addresses: where the home is reached. lacking: models that the home has and this machine has
    not."""

    name: str
    addresses: tuple[str, ...]
    lacking: tuple[str, ...]


class _Elsewhere(Exception):
    """At this address is nobody, or not the home; the next one may be it."""


def join(
    invitation: Invitation,
    folder: Path,
    build: Build,
    tell: Callable[[str], None] = lambda line: None,
    clock: Callable[[], float] = time.monotonic,
) -> Joined:
    """Join, and keep the identity in `folder`, in the place of an earlier one. Raises NotJoined and OSError.

    The key is made here and goes nowhere. tell: called with what happens."""
    tried = []
    for address in invitation.addresses:
        where = _endpoint(address, invitation.port)
        tell(f"asking {where}")
        try:
            connected = _connect(address, invitation.port)
        except OSError as error:
            tried.append(f"{where}: {_why(error)}")
            continue
        with connected:
            try:
                return _enrol(connected, invitation, address, folder, build, tell, clock)
            except _Elsewhere as error:
                tried.append(f"{where}: {error}")
    hint = "Is the invitation still open, and does a firewall let its port through?"
    raise NotJoined(f"the home was not found: {'; '.join(tried)}. {hint}")


def _connect(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=CONNECT_WITHIN)


def _enrol(
    connected: socket.socket,
    invitation: Invitation,
    address: str,
    folder: Path,
    build: Build,
    tell: Callable[[str], None],
    clock: Callable[[], float],
) -> Joined:
    deadline = clock() + WITHIN
    connected.settimeout(WITHIN)
    try:
        secured = _context().wrap_socket(connected)
    except (OSError, ValueError) as error:
        raise _Elsewhere(_why(error)) from None
    with secured:
        stream, shown = Stream(secured, deadline, clock), secured.getpeercert(binary_form=True) or b""
        hello = _hello(stream, invitation, shown)
        tell("it is the home that the code names; asking for a certificate")
        try:
            return _admitted(stream, hello, shown, invitation, address, folder, build)
        except (StreamLost, NotUnderstood) as error:
            raise NotJoined(
                f"the home did not finish: {error}; look at `supervisor host invite` there"
            ) from None


def _hello(stream: Stream, invitation: Invitation, shown: bytes) -> Hello:
    """The home's, once it is sure that it is the home: its authority has the fingerprint that the code names, and
    issued the certificate that TLS was spoken with. Nothing was said to it before."""
    try:
        hello = decode_to_host(stream.receive())
    except (StreamLost, NotUnderstood) as error:
        raise _Elsewhere(str(error)) from None
    try:
        if (
            not isinstance(hello, Hello)
            or key_fingerprint(hello.authority)[:FINGERPRINT] != invitation.authority
        ):
            raise _Elsewhere("another machine answers there")
        examine(shown, hello.authority, Role.HOME, datetime.datetime.now(datetime.UTC))
    except Refused as refused:
        raise _Elsewhere(f"what answers there cannot prove that it is the home: {refused}") from None
    except ValueError:
        raise _Elsewhere("another machine answers there") from None
    return hello


def _admitted(
    stream: Stream,
    hello: Hello,
    shown: bytes,
    invitation: Invitation,
    address: str,
    folder: Path,
    build: Build,
) -> Joined:
    key = make_key()
    request, written = make_request(key), encode(build)
    proof = proof_of(invitation.secret, shown, hello.nonce, request, written)
    stream.send(encode(Claim(proof, request, written)))
    granted = _expected(stream, Granted)
    others = (other for other in granted.addresses if other != address)
    where = tuple(_endpoint(one, granted.link_port) for one in (address, *others))[:MOST_ADDRESSES]
    staged = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        _keep(staged, key, granted, hello, where)
        stream.send(encode(Kept()))
        _expected(stream, Welcome)
        _move(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Joined(granted.name, where, granted.lacking)


def _expected(stream: Stream, kind: type[Message]) -> Message:
    found = decode_to_host(stream.receive())
    if isinstance(found, Denied):
        raise NotJoined(_said(found), found.mismatches)
    if not isinstance(found, kind):
        raise NotUnderstood("it spoke out of turn")
    return found


def _keep(staged: Path, key: bytes, granted: Granted, hello: Hello, where: tuple[str, ...]) -> None:
    """Only what the authority of the code issued is kept, whatever came."""
    try:
        examine(granted.certificate, hello.authority, Role.HOST, datetime.datetime.now(datetime.UTC))
        write_identity(staged, key, granted.certificate, hello.authority)
    except (Refused, NoIdentity) as error:
        raise NotJoined(f"the home gave a certificate that cannot be used: {error}") from None
    write_membership(staged, Membership(where, time.time()))


def _move(staged: Path, folder: Path) -> None:
    before = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        os.replace(folder, before)
    os.replace(staged, folder)
    sync_folder(folder.parent)
    shutil.rmtree(before, ignore_errors=True)
    identity_of(folder)


def _context() -> ssl.SSLContext:
    """Who answers is found out from what it says afterwards: no name or address proves it, and no public authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _said(denied: Denied) -> str:
    hints = {
        Denial.WRONG_SECRET: "type the code as the home printed it",
        Denial.USED: "ask for a new one: `supervisor host invite NAME` at the home",
        Denial.EXPIRED: "ask for a new one: `supervisor host invite NAME` at the home",
        Denial.GUESSED: "ask for a new one: `supervisor host invite NAME` at the home",
    }
    hint = hints.get(denied.why, "")
    return f"{denied.text}; {hint}" if hint else denied.text


def _endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "nobody answers"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, ssl.SSLError):
        return "what answers there is no home"
    return str(getattr(error, "strerror", None) or error)
