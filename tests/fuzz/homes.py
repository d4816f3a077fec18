"""Homes with something in them to begin with: what is stored, a backup of it, and an export."""

import json
import random
from pathlib import Path
from typing import Any

import lmdb
import msgpack
import msgspec

from actors.persistence.store.record import Damaged, Kind, Record, pack, unpack
from config.schema import Config
from supervisor.offline.schemas import actor_of
from tests.fuzz.guard import command
from tests.fuzz.mutation import DEEP, changed, raw

PERSON = {
    "user_id": "usr_1", "display_name": "Mio", "relationship_level": 0.5, "preferences": {"tea": "likes"},
    "interaction_history": [{"at": 1.7e9, "kind": "talk", "detail": "hello", "reply": "hi"}], "met_at": 1.6e9,
    "conversation_patterns": [{"kind": "topic:dog", "count": 2}], "revision": 3,
}  # fmt: skip


class Template:
    """What mutants are made of. pairs: all keys and values of the database. backup: a file's bytes. export: JSON."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True)
        people = {"users": {"usr_1": PERSON}, "names": {"mio": ["usr_1"]}}
        states: dict[str, Any] = {"users": people, "world": {}, "avatar": {}, "system": {}}
        domains = {
            name: {"schema": actor_of(name, Config(), home).schema, "state": state}
            for name, state in states.items()
        }
        (home / "first.json").write_text(json.dumps({"gerald_state": 1, "domains": domains}))
        said = command(home, "state", "import", str(home / "first.json"), "--yes")
        assert said.count("imported as version") == len(states), said
        command(home, "backup", "--to", str(home / "made"))
        (file,) = (home / "made").iterdir()
        self.backup = file.read_bytes()
        command(home, "state", "export", "--to", str(home / "export.json"))
        self.export = json.loads((home / "export.json").read_bytes())
        assert set(self.export["domains"]) == {"users", "world", "avatar", "system"}
        place = str(home / "data" / "state.lmdb")
        with lmdb.open(place, readonly=True, lock=False) as database, database.begin() as read:
            self.pairs = [(bytes(key), bytes(value)) for key, value in read.cursor()]


def backup_mutant(template: Template, at: random.Random) -> bytes:
    """A backup with other contents and right checksums, or with other bytes."""
    if at.random() < 0.2:
        return raw(template.backup, at)
    header, *records, _ = msgpack.Unpacker(msgpack_stream(template.backup), strict_map_key=False)
    if at.random() < 0.3:
        header = changed(header, at)
    records = [unpack(record) for record in records]
    for _ in range(at.choice((1, 1, 2, 5))):
        where = at.randrange(len(records) or 1)
        match at.randrange(6):
            case 0 if records:
                del records[where]
            case 1 if records:
                records.insert(at.randrange(len(records)), records[where])
            case _ if records:
                records[where] = record_mutant(records[where], at)
    body = b"".join([packed(header), *(packed(frame(record)) for record in records)])
    trailer = {"count": len(records), "blake2b": _sum(body)}
    return body + packed(changed(trailer, at) if at.random() < 0.05 else trailer)


def msgpack_stream(data: bytes) -> Any:
    from io import BytesIO

    return BytesIO(data)


def _sum(body: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(body, digest_size=32).digest()


def packed(value: Any) -> bytes:
    """MessagePack, where numbers that do not fit are cut off as a program of another language would."""
    deep = b"\x91" * 5000 + b"\x01"
    try:
        data = msgpack.packb(_fitting(value), use_bin_type=True, unicode_errors="surrogatepass")
    except (RecursionError, ValueError):  # of msgpack, for more than 511 levels
        return deep
    assert isinstance(data, bytes)
    return data.replace(msgpack.packb(DEEP), deep)


def _fitting(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | dict | list | tuple):
        return value
    if isinstance(value, int):
        return max(-(2**63), min(2**64 - 1, value))
    if isinstance(value, dict):
        return {_fitting(key): _fitting(item) for key, item in value.items()}
    return [_fitting(item) for item in value]


Plain = list[Any]
"""A record's fields, which need not fit any more."""


def record_mutant(record: Record | Plain, at: random.Random) -> Plain:
    """The record with other fields, or another payload."""
    fields: Plain = (
        msgspec.msgpack.decode(msgspec.msgpack.encode(record)) if isinstance(record, Record) else record
    )
    if at.random() < 0.3 or len(fields) < 6:
        return changed(fields, at)  # type: ignore[no-any-return]
    if record_kind(fields) in (Kind.PART, Kind.CHANGE):
        try:
            plain = msgpack.unpackb(fields[5], strict_map_key=False)
            fields[5] = packed(changed(plain, at))
        except (ValueError, TypeError, AssertionError, msgpack.UnpackException):
            fields[5] = raw(fields[5], at) if isinstance(fields[5], bytes) else b""
    return fields


def record_kind(fields: Plain) -> Any:
    return fields[0] if isinstance(fields[0], str) else ""


def frame(record: Record | Plain) -> bytes:
    """A record as it is stored, whatever is in it."""
    if isinstance(record, Record):
        return pack(record)
    from actors.persistence.store.record import MARK
    from actors.persistence.store.record import _sum as checksum

    body = packed(record)
    return b"".join((MARK, len(body).to_bytes(4, "little"), checksum(body), body))


def store_mutant(template: Template, home: Path, at: random.Random) -> None:
    """Write a database in which some of the values are not what they should be. Its pages are sound: what is done
    with broken ones is in tests/actors/persistence/test_damage.py."""
    pairs = list(template.pairs)
    for _ in range(at.choice((1, 1, 2, 5))):
        where = at.randrange(len(pairs))
        key, value = pairs[where]
        try:
            value = frame(record_mutant(unpack(value), at)) if at.random() < 0.8 else raw(value, at)
        except Damaged:
            value = raw(value, at)
        match at.randrange(8):
            case 0:
                key = raw(key, at)[:400] or b"x"
            case 1:
                pairs.append((at.choice(pairs)[0] + b"9", value))
        pairs[where] = key, value
    place = home / "data" / "state.lmdb"
    place.mkdir(parents=True)
    with lmdb.open(str(place), map_size=2**26, sync=False) as database, database.begin(write=True) as write:
        for key, value in pairs:
            write.put(key, value)


def export_mutant(template: Template, at: random.Random) -> bytes:
    """An export with other contents, or with other bytes."""
    data = json.dumps(changed(template.export, at)).encode()
    levels = at.choice((300, 100_000))
    data = data.replace(json.dumps(DEEP).encode(), b"[" * levels + b"]" * levels)
    if at.random() < 0.03:
        data = data.replace(b"0.5", b"9" * at.choice((400, 5000)))
    return raw(data, at) if at.random() < 0.2 else data
