"""The hosts that a home let in: `data/hosts/registry.json`. Whoever is not in it is refused, whatever it can show."""

import contextlib
import datetime
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import msgspec

from config.files import read_limited, write_private
from config.ownership import trouble
from supervisor.hosts.identity.authority import LARGEST
from supervisor.hosts.identity.examination import Examined, examine
from supervisor.hosts.identity.home import issue_again_to_host
from supervisor.hosts.identity.identity import AUTHORITY, home_folder
from supervisor.hosts.identity.names import Role
from supervisor.hosts.identity.refusal import Reason, Refused

MOST_HOSTS = 64
MOST_REVOKED = 1024
"""Certificates that are remembered as revoked; those that have ended are forgotten first."""
LARGEST_FILE = 1 << 20
LOCKED_WITHIN = 5.0


class RegistryTrouble(Exception):
    """The registry cannot be read or changed; the text says why and what to do."""


class UnknownHost(RegistryTrouble):
    """No host has this name."""


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """A host. fingerprints: of its certificates, the newest first; a second one while it is renewed. since: when it
    joined, until: when the newest ends; epoch seconds."""

    name: str
    fingerprints: tuple[str, ...]
    since: float
    until: float


class Revoked(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that counts no more. until: when it would have ended."""

    name: str
    fingerprint: str
    at: float
    until: float


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. schema: 1."""

    schema: int = 1
    hosts: tuple[Admitted, ...] = ()
    revoked: tuple[Revoked, ...] = ()

    def host(self, name: str) -> Admitted | None:
        return next((host for host in self.hosts if host.name == name), None)


def admitted(contents: Contents, name: str, found: Examined, now: datetime.datetime) -> Contents:
    """With a host that joined; what it had before under this name is revoked. Raises RegistryTrouble."""
    without = revoked(contents, name, now) if contents.host(name) else contents
    if len(without.hosts) >= MOST_HOSTS:
        raise RegistryTrouble(f"there are {MOST_HOSTS} hosts already; `supervisor host remove NAME` ends one")
    new = Admitted(
        name=name,
        fingerprints=(found.fingerprint,),
        since=now.timestamp(),
        until=found.until.timestamp(),
    )
    return msgspec.structs.replace(without, hosts=(*without.hosts, new))


def renewed(contents: Contents, name: str, found: Examined, shown: Examined) -> Contents:
    """With a newer certificate of a host beside the one that it showed, which it may still use. Raises UnknownHost."""
    host = contents.host(name)
    if host is None:
        raise _unknown(name)
    both = (found.fingerprint, shown.fingerprint)
    newer = msgspec.structs.replace(host, fingerprints=both, until=found.until.timestamp())
    return msgspec.structs.replace(
        contents, hosts=tuple(newer if one is host else one for one in contents.hosts)
    )


def revoked(contents: Contents, name: str, now: datetime.datetime) -> Contents:
    """Without a host, whose certificates are remembered. Raises UnknownHost."""
    host = contents.host(name)
    if host is None:
        raise _unknown(name)
    at = now.timestamp()
    gone = tuple(
        Revoked(name=name, fingerprint=fingerprint, at=at, until=host.until)
        for fingerprint in host.fingerprints
    )
    kept = tuple(one for one in contents.revoked if one.until > at)
    return msgspec.structs.replace(
        contents,
        hosts=tuple(one for one in contents.hosts if one is not host),
        revoked=(*kept, *gone)[-MOST_REVOKED:],
    )


def check(contents: Contents, found: Examined) -> None:
    """Whether the registry knows this certificate, which was found good. Raises Refused."""
    if any(one.fingerprint == found.fingerprint for one in contents.revoked):
        raise Refused(Reason.REVOKED, f"{found.name} was removed from this home; invite it again")
    host = contents.host(found.name)
    if host is None or found.fingerprint not in host.fingerprints:
        raise Refused(
            Reason.STRANGER, f"this home knows no such certificate of {found.name}; invite it again"
        )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class Registry:
    """The file, read anew whenever it has changed; a damaged one lets nobody in. For any thread.

    data: the home's. now: the time in UTC."""

    def __init__(self, data: Path, now: Callable[[], datetime.datetime] = _now) -> None:
        self._data = data
        self._file = data / "hosts" / "registry.json"
        self._authority = home_folder(data) / AUTHORITY
        self._now = now
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._contents = Contents()

    def admit(self, certificate: bytes, claimed: str = "") -> str:
        """The name of the host that showed this certificate (DER or PEM). Raises Refused.

        claimed: what it calls itself, if it has said so. That it has the certificate's key is for the caller to see."""
        try:
            authority = read_limited(self._authority, LARGEST)
            contents = self.contents()
        except (OSError, RegistryTrouble):
            raise Refused(
                Reason.STRANGER, "this home cannot tell who may come; see `supervisor host list`"
            ) from None
        found = examine(certificate, authority, Role.HOST, self._now())
        if claimed and claimed != found.name:
            raise Refused(
                Reason.WRONG_NAME, f"its certificate is of {found.name}, and it calls itself another"
            )
        check(contents, found)
        return found.name

    def contents(self) -> Contents:
        """What is in the file now. Raises RegistryTrouble."""
        with self._lock:
            seen = self._state()
            if seen != self._seen or seen is None:
                self._contents = self._read() if seen is not None else Contents()
                self._seen = seen
            return self._contents

    def add(self, name: str, certificate: bytes) -> None:
        """Let a host in with this certificate, and no other. Raises RegistryTrouble, and Refused for a bad one."""
        found = self._examined(certificate, name)
        self._change(lambda contents: admitted(contents, name, found, self._now()))

    def renew(self, shown: bytes) -> bytes | None:
        """A newer certificate (PEM) for the host that showed this one and has its key, if that ends soon; both count
        from now on. None while it lasts. Raises Refused, RegistryTrouble and NoIdentity."""
        name, now = self.admit(shown), self._now()
        before = self._examined(shown, name)
        if not before.ends_soon(now):
            return None
        certificate = issue_again_to_host(self._data, shown, name, now)
        found = self._examined(certificate, name)
        self._change(lambda contents: renewed(contents, name, found, before))
        return certificate

    def revoke(self, name: str) -> None:
        """It is refused from now on. Raises UnknownHost and RegistryTrouble."""
        self._change(lambda contents: revoked(contents, name, self._now()))

    def _examined(self, certificate: bytes, name: str) -> Examined:
        try:
            authority = read_limited(self._authority, LARGEST)
        except OSError as error:
            raise RegistryTrouble(trouble(error, self._authority)) from None
        found = examine(certificate, authority, Role.HOST, self._now())
        if found.name != name:
            raise Refused(Reason.WRONG_NAME, f"this certificate is of {found.name}, not of {name}")
        return found

    def _change(self, changed: Callable[[Contents], Contents]) -> None:
        with self._changing():
            write_private(
                self._file, msgspec.json.format(msgspec.json.encode(changed(self.contents()))) + b"\n"
            )

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with filelock.FileLock(self._file.with_suffix(".lock"), timeout=LOCKED_WITHIN, mode=0o600):
                yield
        except OSError as error:  # filelock.Timeout is one
            raise RegistryTrouble(trouble(error, self._file)) from None

    def _state(self) -> tuple[int, int, int] | None:
        """What changes with every writing; None where there is no file."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryTrouble(trouble(error, self._file)) from None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _read(self) -> Contents:
        try:
            found = msgspec.json.decode(read_limited(self._file, LARGEST_FILE), type=Contents)
        except OSError as error:
            raise RegistryTrouble(trouble(error, self._file)) from None
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            text = f"{self._file} is damaged ({error}); restore it, or remove it and invite every host again"
            raise RegistryTrouble(text) from None
        if found.schema != 1:
            raise RegistryTrouble(f"{self._file} is of a newer Gerald (schema {found.schema})")
        return found


def _unknown(name: str) -> UnknownHost:
    return UnknownHost(f"no host called {name} has joined; `supervisor host list` names them")
