"""The home's own authority and certificate, in `data/hosts/`: made once, and the certificate anew before it ends."""

import datetime
from pathlib import Path

import filelock

from config.files import read_limited, write_private
from config.ownership import trouble
from supervisor.hosts.identity.authority import (
    LARGEST,
    issue,
    issue_again,
    issue_for,
    make_authority,
    make_key,
)
from supervisor.hosts.identity.examination import examine
from supervisor.hosts.identity.identity import (
    AUTHORITY,
    CERTIFICATE,
    KEY,
    Identity,
    NoIdentity,
    home_folder,
    identity_of,
    write_identity,
)
from supervisor.hosts.identity.names import HOME, Role
from supervisor.hosts.identity.refusal import Refused

LOCKED_WITHIN = 5.0


def hosts_folder(data: Path) -> Path:
    return data / "hosts"


def make_home(data: Path, now: datetime.datetime) -> Identity:
    """The home's identity; its authority is made if there is none. Raises NoIdentity."""
    folder = hosts_folder(data) / "authority"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with filelock.FileLock(hosts_folder(data) / "home.lock", timeout=LOCKED_WITHIN, mode=0o600):
            if not (folder / CERTIFICATE).exists():
                key = make_key()
                write_private(folder / KEY, key)
                write_private(folder / CERTIFICATE, make_authority(key, now))
            return _renewed(data, now)
    except OSError as error:  # filelock.Timeout is one
        raise NoIdentity(trouble(error, error.filename or folder)) from None


def home_identity(data: Path, now: datetime.datetime) -> Identity:
    """The home's identity, with a certificate that does not end soon. Raises NoIdentity where no authority was made."""
    if not (hosts_folder(data) / "authority" / CERTIFICATE).exists():
        raise NoIdentity(f"{hosts_folder(data)} has no authority; `supervisor host init` makes it")
    return make_home(data, now)


def issue_to_host(data: Path, request: bytes, name: str, now: datetime.datetime) -> tuple[bytes, bytes]:
    """A host's certificate, and the authority's. Raises RequestRefused and OSError."""
    key, authority = _authority(data)
    return issue(authority, key, request, Role.HOST, name, now), authority


def issue_again_to_host(data: Path, shown: bytes, name: str, now: datetime.datetime) -> bytes:
    """A newer certificate for the key of the good one that it showed. Raises NoIdentity."""
    key, authority = _authority(data)
    return issue_again(authority, key, shown, Role.HOST, name, now)


def _renewed(data: Path, now: datetime.datetime) -> Identity:
    """Its own certificate is made anew where it is missing, about to end, or of another authority."""
    key, authority = _authority(data)
    folder = home_folder(data)
    try:
        found = identity_of(folder)
        same = read_limited(folder / AUTHORITY, LARGEST) == authority
        shown = examine(read_limited(found.certificate, LARGEST), authority, Role.HOME, now)
        if same and not shown.ends_soon(now):
            return found
    except (NoIdentity, Refused):
        pass
    own = make_key()
    certificate = issue_for(authority, key, own, Role.HOME, HOME, now)
    return write_identity(folder, own, certificate, authority)


def _authority(data: Path) -> tuple[bytes, bytes]:
    """Key and certificate."""
    folder = hosts_folder(data) / "authority"
    try:
        return read_limited(folder / KEY, LARGEST), read_limited(folder / CERTIFICATE, LARGEST)
    except OSError as error:
        remedy = "restore it from a backup; or remove the folder and invite every host again"
        raise NoIdentity(f"{trouble(error, error.filename or folder)}; {remedy}") from None
