"""What a version with the first form of the store left behind, domain by domain."""

from pathlib import Path
from typing import Any

import lmdb
import msgspec

from actors.persistence.store.database import Transaction
from actors.persistence.store.store_format import old_states

FORMAT1 = Path(__file__).parents[1] / "actors" / "persistence" / "fixtures" / "format1.lmdb"


def payload(domain: str) -> dict[str, Any]:
    """The newest state of `domain` in the fixture, as MessagePack holds it."""
    with lmdb.open(str(FORMAT1), readonly=True, lock=False) as database, database.begin() as transaction:
        snapshot = old_states(Transaction(transaction))[domain].snapshot
    assert snapshot is not None
    decoded: dict[str, Any] = msgspec.msgpack.decode(snapshot.parts[0])["state"]
    return decoded
