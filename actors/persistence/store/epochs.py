"""Epochs: every start and every restore numbers its versions in a new one, so that no version is issued twice."""

import time

from actors.kernel.protocol.storage import Version
from actors.persistence.store.database import Transaction
from actors.persistence.store.record import Damaged, Kind, Record, pack, unpack

GAP = 1000
"""Added when the stored epoch is damaged, so that the new one is above whatever it was."""


def next_epoch(txn: Transaction, domain: str, above: int) -> int:
    """Open an epoch of `domain` that is greater than `above` and than any stored one."""
    epoch = max(above, stored_epoch(txn, domain)) + 1
    txn.put(_key(domain), pack(Record(Kind.EPOCH, domain, 1, Version(epoch, 0), time.time())))
    return epoch


def stored_epoch(txn: Transaction, domain: str) -> int:
    """The newest epoch of `domain`; 0 for none; a far greater one when that is damaged."""
    stored = txn.get(_key(domain))
    if stored is None:
        return 0
    try:
        return unpack(stored, domain).version.epoch
    except Damaged:
        changes = txn.keys(f"log/{domain}/")
        last = int(changes[-1].rpartition("/")[2].partition(".")[0]) if changes else 0
        return last + GAP


def _key(domain: str) -> str:
    return f"epoch/{domain}"
