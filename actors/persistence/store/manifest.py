"""The manifest beside a database: the digest of its file when it was closed, and the versions of its domains.

It shows whether the file was damaged, or replaced by an older one, while nothing ran; it does not stop an attacker.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.store.used import used_bytes
from config.files import replace_file

DATA = "data.mdb"
LARGEST = 2**30
"""Used bytes beyond which no digest is made; the start then checks the whole database instead."""
_NAME = "witness.json"
_CHUNK = 2**20


class Manifest(msgspec.Struct, frozen=True):
    """digest: of the file at an orderly close, "" after any other. versions: of each domain at the last orderly close.
    epochs: the newest opened one of each domain."""

    digest: str = ""
    versions: Mapping[str, Version] = {}
    epochs: Mapping[str, int] = {}


class ManifestFile:
    """The manifest of the database at `path`. values: its content."""

    def __init__(self, path: Path) -> None:
        self.values = Manifest()
        self._path = path

    def read(self, path: Path | None = None) -> None:
        """Read the file; that of the database at `path`, if given."""
        self.values = read_manifest(path or self._path)

    def update(self, **fields: object) -> None:
        """Change these fields, and the file. Not synced: an outdated manifest only costs a closer check. Errors are
        ignored: the database itself reports a failing disk."""
        self.values = msgspec.structs.replace(self.values, **fields)
        with contextlib.suppress(OSError):
            replace_file(self._path / _NAME, (msgspec.json.encode(self.values),), durable=False)

    def closed(self, versions: Mapping[str, Version]) -> None:
        """Note an orderly close with the domains at these versions."""
        with contextlib.suppress(OSError):
            digest = digest_of(self._path)
            self.update(versions={**self.values.versions, **versions}, digest=digest)

    def opened(self, domain: str, epoch: int) -> None:
        """Note that an epoch of `domain` was opened."""
        self.update(epochs={**self.values.epochs, domain: epoch}, digest="")


def read_manifest(path: Path) -> Manifest:
    """The manifest of the database at `path`; an empty one when it is missing or cannot be parsed."""
    try:
        return msgspec.json.decode((path / _NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Manifest()


def damage_of(path: Path) -> str:
    """A text for a manifest that exists and cannot be parsed, else ""."""
    if not (path / _NAME).exists() or read_manifest(path) != Manifest():
        return ""
    return f"{path}: its manifest is damaged: if the database has lost something, that cannot be noticed"


def is_older(domain: str, found: Version, manifest: Manifest) -> str:
    """A text for a domain whose newest version is older than at the last orderly close, else ""."""
    expected = manifest.versions.get(domain, Version())
    if found >= expected:
        return ""
    return f"{domain} was at version {expected} when it was last closed, and only {found} is there"


def digest_of(path: Path) -> str:
    """The digest of what is used of the database's file; "" for none, or more than LARGEST. Raises OSError."""
    try:
        with (path / DATA).open("rb") as data:
            left = used_bytes(data)
            if left > LARGEST:
                return ""
            seen = hashlib.blake2b(digest_size=32)
            data.seek(0)
            while chunk := data.read(min(left, _CHUNK)):
                seen.update(chunk)
                left -= len(chunk)
    except FileNotFoundError:
        return ""
    return seen.hexdigest()


def size_of(path: Path) -> int:
    """Bytes that are used of the database's file; 0 where there is none."""
    try:
        with (path / DATA).open("rb") as data:
            return used_bytes(data)
    except OSError:
        return 0
