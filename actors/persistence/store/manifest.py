"""What is known of a database besides itself: how its file was when it was closed, and how far its domains had come.

So a file that was damaged while nobody ran, or replaced by an older one, is noticed. It is no proof against malice.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.storage import Version
from config.files import replace_file

__all__ = ["DATA", "LARGEST", "Manifest", "digest_of", "is_damaged", "read_manifest", "write_manifest"]

DATA = "data.mdb"
LARGEST = 2**30
"""Bytes of a file beyond which it is not read whole at the start; the database is tried instead."""
_NAME = "witness.json"
_CHUNK = 2**20


class Manifest(msgspec.Struct, frozen=True):
    """digest: of the database's file when it was closed in order, "" when it was not. versions: of each domain when it
    was closed. epochs: the newest that was opened."""

    digest: str = ""
    versions: Mapping[str, Version] = {}
    epochs: Mapping[str, int] = {}


def read_manifest(path: Path) -> Manifest:
    """Of the database at `path`; an empty one when there is none, or none that can be read."""
    try:
        return msgspec.json.decode((path / _NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Manifest()


def is_damaged(path: Path) -> bool:
    """Whether there is a witness of the database at `path` that says nothing any more."""
    return (path / _NAME).exists() and read_manifest(path) == Manifest()


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Raises OSError. Not synced: a witness that is older than its database only costs a closer look."""
    replace_file(path / _NAME, (msgspec.json.encode(manifest),), durable=False)


def digest_of(path: Path) -> str:
    """Of the database's file; "" for none, or one that is too large. Raises OSError."""
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
