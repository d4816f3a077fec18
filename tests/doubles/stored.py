"""What a version with the first form of the store left behind, domain by domain."""

from pathlib import Path
from typing import Any

import lmdb
import msgspec

from actors.persistence.record import unpack

FORMAT1 = Path(__file__).parents[1] / "actors" / "persistence" / "fixtures" / "format1.lmdb"


def payload(domain: str) -> dict[str, Any]:
    """The newest state of `domain` in the fixture, as MessagePack holds it."""
    with lmdb.open(str(FORMAT1), readonly=True, lock=False) as database, database.begin() as transaction:
        slots = (transaction.get(f"state/{domain}/{slot}".encode()) for slot in (0, 1))
        records = [unpack(data, domain) for data in slots if data is not None]
    newest = max(records, key=lambda record: record.version)
    decoded: dict[str, Any] = msgspec.msgpack.decode(newest.payload)
    return decoded
