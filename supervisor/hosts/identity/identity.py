"""Who this machine is: a folder with its key, its certificate and that of the home's authority."""

import datetime
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from config.access import others_that_read
from config.files import read_limited, write_private
from config.ownership import trouble
from supervisor.hosts.identity.authority import LARGEST, private_key
from supervisor.hosts.identity.examination import examine, name_of, parsed
from supervisor.hosts.identity.names import HOME, Role
from supervisor.hosts.identity.refusal import Reason, Refused

KEY, CERTIFICATE, AUTHORITY = "key.pem", "certificate.pem", "authority.pem"


class NoIdentity(Exception):
    """This machine has no certificate, or one that cannot be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Files in PEM. name: `home`, or the host's. key: of P-256, for this user only. authority: the home's."""

    name: str
    key: Path
    certificate: Path
    authority: Path

    def sign(self, data: bytes) -> bytes:
        """An ECDSA signature in DER; `is_signed_by` checks it. Raises OSError where the key is gone."""
        key = private_key(read_limited(self.key, LARGEST))
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


def home_folder(data: Path) -> Path:
    """Where a home has its own identity, in its `data`."""
    return data / "hosts" / HOME


def agent_folder(data: Path) -> Path:
    """Where a host has its own, in the `data` of its own home folder."""
    return data / "hosts" / "agent"


def identity_of(folder: Path) -> Identity:
    """What `folder` holds. Raises NoIdentity; whether its certificate has ended is not looked at."""
    role = Role.HOME if folder.name == HOME else Role.HOST
    key, certificate, authority = (folder / name for name in (KEY, CERTIFICATE, AUTHORITY))
    how = "`supervisor host init` makes it" if role is Role.HOME else "`supervisor host join CODE` gets it"
    if not certificate.exists():
        raise NoIdentity(f"there is no {certificate}; {how}")
    try:
        _check_private(key)
        own = private_key(read_limited(key, LARGEST)).public_key()
        shown = parsed(read_limited(certificate, LARGEST))
        parsed(read_limited(authority, LARGEST))
        name = name_of(shown, role)
        if shown.public_key() != own:
            raise ValueError("its key and its certificate do not belong together")
    except OSError as error:
        raise NoIdentity(trouble(error, error.filename or folder)) from None
    except (Refused, ValueError) as error:
        raise NoIdentity(f"{folder} cannot be used: {error}; remove it, and {how} anew") from None
    return Identity(name, key, certificate, authority)


def write_identity(folder: Path, key: bytes, certificate: bytes, authority: bytes) -> Identity:
    """Put an identity there whole, in the place of another one. Raises OSError, and NoIdentity if it cannot be used.

    The key is written last: one without its certificate is nobody's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(folder / AUTHORITY, authority)
    write_private(folder / CERTIFICATE, certificate)
    write_private(folder / KEY, key)
    return identity_of(folder)


def take_over(identity: Identity, certificate: bytes, now: datetime.datetime) -> None:
    """Keep a newer certificate (PEM) that the home gave, for the same key, in the place of the one there is. Raises
    Refused for any other, and OSError."""
    authority = read_limited(identity.authority, LARGEST)
    before = parsed(read_limited(identity.certificate, LARGEST))
    found = examine(certificate, authority, Role.HOST, now)
    if found.name != identity.name:
        raise Refused(Reason.WRONG_NAME, f"the newer certificate is of {found.name}, not of {identity.name}")
    if parsed(certificate).public_key() != before.public_key() or found.until <= before.not_valid_after_utc:
        raise Refused(Reason.STRANGER, "what the home gave is no newer certificate for this machine's key")
    write_private(identity.certificate, certificate)


def _check_private(key: Path) -> None:
    if crowds := others_that_read(key):
        who = ", ".join(crowds)
        raise NoIdentity(f"{who} can read {key}; take that right away, and if somebody may have, invite anew")
    if sys.platform != "win32" and key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NoIdentity(f"others can read {key}; type `chmod 600 {key}`, and if they may have, invite anew")
