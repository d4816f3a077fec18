"""The file of a backup, a stream of MessagePack: a map as header, each framed record as bytes, and a map with their
count and the checksum of everything before. A file is checked completely whenever it is read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgpack
import msgspec

from actors.kernel.protocol.storage import Version
from actors.persistence.backup.content import BackupContent, try_changes
from actors.persistence.store.chain import Chain, assembled, records_of
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.record import Damaged, Kind, Record, pack, scan, unpack
from actors.persistence.store.tombstones import hash_in, record_of
from config.files import beside, read_limited, sync_folder

FORMAT = 1
WHAT = "gerald backup"
SUM = 32
LARGEST = 2**30
"""Bytes of a backup: it is read as a whole. Ten thousand people with full histories take a third of it."""
_DOMAIN = re.compile(r"\w[\w.-]{0,59}", re.ASCII)
"""A domain's name becomes a folder's name, and must not lead elsewhere."""


class Unusable(StoreError):
    """The file is not a backup, is damaged, of a later version, or cannot be decrypted."""


class Held(msgspec.Struct, frozen=True):
    """A domain in a backup: its version and schema version, its size, and how many changes it has."""

    version: Version
    schema: int
    bytes: int
    changes: int = 0


class Header(msgspec.Struct, frozen=True):
    """format: of the file. made_at: epoch seconds. encrypted: a key is needed to read the states."""

    format: int
    made_at: float
    encrypted: bool = msgspec.field(name="sealed")
    domains: Mapping[str, Held]


class Backup(msgspec.Struct, frozen=True):
    """A backup that was read and checked. size: bytes of the file."""

    path: Path
    size: int
    header: Header
    content: BackupContent


def write(path: Path, content: BackupContent, made_at: float, encryption: StoreEncryption = PLAIN) -> Backup:
    """Write the file, durable on return: it is written aside, read back, and moved to `path`. Raises StoreError; then
    there is no such file."""
    try:
        _make_folder(path.parent)
        with beside(path) as new:
            _write(new, encoded(content, made_at, encryption))
            made = read(new, encryption)
            if made.content != content:
                raise Unusable(f"{path} was not written correctly", "look at the health of that disk (dmesg)")
    except OSError as error:
        raise store_error(path, "writing a backup", error) from error
    return msgspec.structs.replace(made, path=path)


def read(path: Path, encryption: StoreEncryption = PLAIN) -> Backup:
    """The backup at `path`, checked to the last byte. Raises Unusable, or StoreError when the disk fails."""
    header, records, size = _parsed(path)
    try:
        opened = tuple(map(encryption.decrypted, records))
    except StoreError as error:
        raise Unusable(f"{path} is encrypted, and cannot be decrypted here: {error}", error.remedy) from None
    try:
        content = _content(header, opened)
        for chain in content.chains.values():
            try_changes(chain)
    except Damaged as damage:
        raise _damaged(path, str(damage)) from None
    return Backup(path, size, header, content)


def listed(path: Path) -> Header:
    """The header of the backup at `path`; the whole file is checked for damage. Needs no key. Raises as `read` does."""
    header, records, _ = _parsed(path)
    try:
        _content(header, records)
    except Damaged as damage:
        raise _damaged(path, str(damage)) from None
    return header


def tombstones_in(path: Path) -> Mapping[str, float]:
    """The tombstones in the file, by hash: when. Needs no key; a damaged file yields what is intact. Raises StoreError
    when the disk fails."""
    try:
        records: Iterable[Record] = _parsed(path)[1]
    except Unusable:
        try:
            records = scan(read_limited(path, LARGEST))
        except OSError as error:
            raise store_error(path, "reading a backup", error) from error
    return {hash_in(record): record.saved_at for record in records if record.kind == Kind.TOMBSTONE}


def encoded(content: BackupContent, made_at: float, encryption: StoreEncryption = PLAIN) -> Iterator[bytes]:
    """The file, piece by piece."""
    packer = msgpack.Packer(use_bin_type=True)
    summed = blake2b(digest_size=SUM)
    head = {"what": WHAT, **msgspec.to_builtins(Header(FORMAT, made_at, encryption.writes, _held(content)))}
    count = 0
    piece = packer.pack(head)
    summed.update(piece)
    yield piece
    for record in _records(content, made_at):
        count += 1
        piece = packer.pack(pack(encryption.encrypted(record) if record.kind in _ENCRYPTED else record))
        summed.update(piece)
        yield piece
    yield packer.pack({"count": count, "blake2b": summed.digest()})


_ENCRYPTED = (Kind.PART, Kind.CHANGE)


def _held(content: BackupContent) -> Mapping[str, Held]:
    return {
        domain: Held(
            chain.version,
            chain.changes[-1].schema if chain.changes else chain.snapshot.schema,
            chain.snapshot.size + sum(len(change.payload) for change in chain.changes),
            len(chain.changes),
        )
        for domain, chain in content.chains.items()
    }


def _records(content: BackupContent, made_at: float) -> Iterator[Record]:
    for chain in content.chains.values():
        yield from records_of(chain.snapshot)
        yield from chain.changes
    for domain, epoch in content.epochs.items():
        yield Record(Kind.EPOCH, domain, 1, Version(epoch, 0), made_at)
    for hash_, at in content.tombstones.items():
        yield record_of(hash_, at)


def _parsed(path: Path) -> tuple[Header, tuple[Record, ...], int]:
    """What is in the file, when every checksum in it is right; and its bytes."""
    try:
        data = read_limited(path, LARGEST)
    except OSError as error:
        raise store_error(path, "reading a backup", error) from error
    try:
        return *_pieces(path, data), len(data)
    except (msgpack.UnpackException, ValueError, RecursionError, MemoryError) as error:
        # ValueError: also what msgpack says of a length that cannot be, and Damaged.
        raise _damaged(path, str(error) or "it ends too early") from None


def _pieces(path: Path, data: bytes) -> tuple[Header, tuple[Record, ...]]:
    unpacker = msgpack.Unpacker(raw=False, strict_map_key=True, max_buffer_size=max(1, len(data)))
    unpacker.feed(data)
    header = _header(path, next(unpacker, None))
    records: list[Record] = []
    end = unpacker.tell()
    for piece in unpacker:
        if not isinstance(piece, bytes):
            _check_trailer(piece, len(records), memoryview(data)[:end])
            if unpacker.tell() != len(data):
                raise Damaged("there is something after its end")
            return header, tuple(records)
        records.append(unpack(piece))
        end = unpacker.tell()
    raise Damaged("it ends too early")


def _header(path: Path, head: Any) -> Header:
    if not isinstance(head, dict) or head.get("what") != WHAT:
        remedy = "choose another file; `supervisor backup ls` lists them"
        raise Unusable(f"{path} is not a backup of Gerald", remedy)
    form = head.get("format")
    if isinstance(form, int) and form > FORMAT:
        why = f"{path} was made by a later version of Gerald (format {form}; this version knows {FORMAT})"
        raise Unusable(why, "update Gerald")
    try:
        return msgspec.convert(head, Header)
    except msgspec.ValidationError as error:
        raise Damaged(f"its header is invalid: {error}") from None


def _check_trailer(piece: Any, count: int, before: memoryview) -> None:
    if not isinstance(piece, dict) or piece.get("count") != count:
        raise Damaged("some of its records are missing")
    if piece.get("blake2b") != blake2b(before, digest_size=SUM).digest():
        raise Damaged("its checksum is wrong")


def _content(header: Header, records: Iterable[Record]) -> BackupContent:
    parts: dict[str, list[Record]] = {}
    changes: dict[str, list[Record]] = {}
    epochs: dict[str, int] = {}
    tombstones: dict[str, float] = {}
    for record in records:
        if record.kind == Kind.PART:
            parts.setdefault(record.domain, []).append(record)
        elif record.kind == Kind.CHANGE:
            changes.setdefault(record.domain, []).append(record)
        elif record.kind == Kind.EPOCH:
            epochs[record.domain] = record.version.epoch
        elif record.kind == Kind.TOMBSTONE:
            tombstones[hash_in(record)] = record.saved_at
    if unnamed := [name for name in (*parts, *epochs) if not _DOMAIN.fullmatch(name)]:
        raise Damaged(f"{unnamed[0][:100]!r} is not the name of a domain")
    if parts.keys() != header.domains.keys() or not changes.keys() <= parts.keys():
        raise Damaged("it does not hold the domains in its header")
    chains = {
        domain: _chain(domain, held, parts[domain], changes.get(domain, ()))
        for domain, held in header.domains.items()
    }
    return BackupContent(chains, tombstones, epochs)


def _chain(domain: str, held: Held, parts: Iterable[Record], changes: Iterable[Record]) -> Chain:
    snapshot = assembled(parts)
    if snapshot is None:
        raise Damaged(f"a part of {domain} is missing")
    chain = Chain(snapshot, tuple(changes))
    at = snapshot.version
    for change in chain.changes:
        if change.base != at:
            raise Damaged(f"a change of {domain} is missing")
        at = change.version
    if at != held.version:
        raise Damaged(f"{domain} does not reach the version in the header")
    return chain


def _damaged(path: Path, why: str) -> Unusable:
    remedy = "choose another file; `supervisor backup ls` says which are intact"
    return Unusable(f"{path} is damaged: {why}", remedy)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(folder.parent)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)
