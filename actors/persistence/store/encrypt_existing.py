"""Encrypts what was stored while `storage.encrypt` was off: once, when it is switched on."""

from pathlib import Path

from actors.persistence.store.database import Transaction
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.errors import store_error
from actors.persistence.store.record import Damaged, Record, pack, scan, unpack
from config.files import replace_file

__all__ = ["is_done", "mark", "seal_all", "seal_files"]

_KEY = "sealed"


def is_done(txn: Transaction) -> bool:
    """Whether nothing was written in plain since all was encrypted."""
    return txn.get(_KEY) is not None


def mark(txn: Transaction, done: bool) -> None:
    """Say so, or that it is not so any more."""
    if done:
        txn.put(_KEY, b"all")
    else:
        txn.delete(_KEY)


def seal_all(txn: Transaction, sealing: StoreEncryption) -> None:
    """Encrypt every copy and every change that is in plain; what is damaged stays as it is."""
    for key in (*txn.keys("copy/"), *txn.keys("log/")):
        try:
            record = unpack(txn.get(key) or b"")
        except Damaged:
            continue
        if not record.sealed:
            txn.put(key, pack(sealing.seal(record)))


def seal_files(folder: Path, sealing: StoreEncryption) -> None:
    """The same for the copies in files. Raises StoreError."""
    try:
        for path in sorted(folder.glob("*/*.state")):
            data = path.read_bytes()
            records: tuple[Record, ...] = tuple(scan(data))
            whole = b"".join(map(pack, records)) == data
            if whole and not all(record.sealed for record in records):
                replace_file(path, [pack(sealing.seal(record)) for record in records])
    except OSError as error:
        raise store_error(folder, "encrypting the copies", error) from error
