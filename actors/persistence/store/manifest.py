"""The manifest beside a database: the digest of its file when it was closed, and the versions of its domains.

It shows that the file was damaged, or replaced by an older one, while nothing ran. It does not protect against malice.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from config.files import replace_file

__all__ = [
    "DATA",
    "LARGEST",
    "Manifest",
    "ManifestFile",
    "damage_of",
    "digest_of",
    "is_older",
    "read_manifest",
]

DATA = "data.mdb"
LARGEST = 2**30
"""Bytes of a file beyond which no digest is made; the database is walked through at the start instead."""
_NAME = "witness.json"
_CHUNK = 2**20


class Manifest(msgspec.Struct, frozen=True):
    """digest: of the database's file when it was closed in order, "" when it was not. versions: of each domain then.
    epochs: the newest one opened, of each domain."""

    digest: str = ""
    versions: Mapping[str, Version] = {}
    epochs: Mapping[str, int] = {}


class ManifestFile:
    """The manifest of the database at `path`, and what is known of it in this process. values: its content."""

    def __init__(self, path: Path) -> None:
        self.values = Manifest()
        self._path = path

    def read(self, path: Path | None = None) -> None:
        """Take over what the file says; of the database at `path`, if that is given."""
        self.values = read_manifest(path or self._path)

    def update(self, **fields: object) -> None:
        """Change these fields, and the file. Not synced: a manifest older than its database costs a closer look only.
        A file that cannot be written is no failure: the database itself reports a disk that fails."""
        self.values = msgspec.structs.replace(self.values, **fields)
        with contextlib.suppress(OSError):
            replace_file(self._path / _NAME, (msgspec.json.encode(self.values),), durable=False)

    def closed(self, versions: Mapping[str, Version]) -> None:
        """The database was closed in order, with the domains at these versions."""
        with contextlib.suppress(OSError):
            digest = digest_of(self._path)
            self.update(versions={**self.values.versions, **versions}, digest=digest)

    def opened(self, domain: str, epoch: int) -> None:
        """An epoch of `domain` was opened."""
        self.update(epochs={**self.values.epochs, domain: epoch}, digest="")


def read_manifest(path: Path) -> Manifest:
    """Of the database at `path`; an empty one when there is none, or it cannot be parsed."""
    try:
        return msgspec.json.decode((path / _NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Manifest()


def damage_of(path: Path) -> str:
    """What follows from a manifest that exists and cannot be parsed; "" for an intact one, or none."""
    if not (path / _NAME).exists() or read_manifest(path) != Manifest():
        return ""
    return f"{path}: its manifest is damaged: if the database has lost something, that cannot be noticed"


def is_older(domain: str, found: Version, manifest: Manifest) -> str:
    """What is wrong where the newest stored version of a domain is older than it was when it was last closed."""
    expected = manifest.versions.get(domain, Version())
    if found >= expected:
        return ""
    return f"{domain} was at version {expected} when it was last closed, and only {found} is there"


def digest_of(path: Path) -> str:
    """Of the database's file; "" for none, or one larger than LARGEST. Raises OSError."""
    file = path / DATA
    try:
        if file.stat().st_size > LARGEST:
            return ""
        seen = hashlib.blake2b(digest_size=32)
        with file.open("rb") as data:
            while chunk := data.read(_CHUNK):
                seen.update(chunk)
    except FileNotFoundError:
        return ""
    return seen.hexdigest()
