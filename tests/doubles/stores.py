"""A store over a database of the test's own."""

import msgspec

from actors.persistence.store.backends import backends_of
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.snapshots.in_files import FileSnapshots
from actors.persistence.store.store import Store
from config.schema import Storage


def store_over(database: Database, encryption: StoreEncryption = PLAIN) -> Store:
    """With the default policies, files beside the database, and no backups."""
    files = FileSnapshots(database.path.with_name("files"), encryption)
    return Store(database, files, backends_of(Storage(), files), encryption)


def encoded_state(**fields: object) -> bytes:
    """The one part of a snapshot of a state with these fields."""
    return msgspec.msgpack.encode({"state": fields, "subscriptions": []})
