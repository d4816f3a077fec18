"""Encrypts what was stored in plain, once, when `storage.encrypt` is switched on."""

from pathlib import Path

from actors.persistence.store.database import Database, Transaction
from actors.persistence.store.encryption import StoreEncryption
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.record import Damaged, Record, pack, scan, unpack
from actors.persistence.store.snapshots.in_files import FileSnapshots
from config.files import replace_file

_KEY = "sealed"
"""The key that marks a database in which everything is encrypted."""


class EncryptExisting:
    """For one store; tried once in each process."""

    def __init__(self, database: Database, files: FileSnapshots, encryption: StoreEncryption) -> None:
        self._database = database
        self._files = files
        self._encryption = encryption
        self._tried = False

    def run(self, *, wait: bool) -> None:
        """Leave nothing readable, not even in free pages, if encryption was switched on. wait: not yet. A failure is
        reported in the database's notice. Raises StoreError."""
        marked = self._database.read(
            "checking whether all is encrypted", lambda txn: txn.get(_KEY) is not None
        )
        if marked == self._encryption.writes:
            return
        if marked:
            self._database.change("writing in plain from now on", lambda txn: txn.delete(_KEY))
        elif not (wait or self._tried):
            self._tried = True
            try:
                self._database.change("encrypting", self._encrypt_records)
                self._encrypt_files(self._files.folder)
                self._database.compact()
                self._database.change("marking all as encrypted", lambda txn: txn.put(_KEY, b"all"))
            except StoreError as error:
                self._database.notice = f"what was stored before is not encrypted yet: {error}"

    def _encrypt_records(self, txn: Transaction) -> None:
        """Encrypt all snapshots and changes; damaged records stay as they are."""
        for key in (*txn.keys("copy/"), *txn.keys("log/")):
            try:
                record = unpack(txn.get(key) or b"")
            except Damaged:
                continue
            if not record.encrypted:
                txn.put(key, pack(self._encryption.encrypted(record)))

    def _encrypt_files(self, folder: Path) -> None:
        try:
            for path in sorted(folder.glob("*/*.state")):
                data = path.read_bytes()
                records: tuple[Record, ...] = tuple(scan(data))
                whole = b"".join(map(pack, records)) == data
                if whole and not all(record.encrypted for record in records):
                    replace_file(path, [pack(self._encryption.encrypted(record)) for record in records])
        except OSError as error:
            raise store_error(folder, "encrypting the snapshots", error) from error
