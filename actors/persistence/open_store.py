"""Opens the store of a home as its configuration says."""

from pathlib import Path

from actors.persistence.backup.backups import Backups
from actors.persistence.store.backends import backends_of
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.snapshots.in_files import FileSnapshots
from actors.persistence.store.store import Store
from config.files import located
from config.schema import Storage


def open_store(storage: Storage, home: Path, encryption: StoreEncryption = PLAIN) -> Store:
    """The store, opened by its first call. What is damaged in it is looked for in the backups."""
    database = Database.at(database_path(storage.database_url, home), storage.map_size)
    files = FileSnapshots(located(home, storage.file_path), encryption)
    backups = open_backups(storage, home, encryption)
    return Store(database, files, backends_of(storage, files), encryption, backups.chains, backups.tombstones)


def open_backups(storage: Storage, home: Path, encryption: StoreEncryption = PLAIN) -> Backups:
    """The home's backups. encryption: the store's; what it encrypts is encrypted in them, too."""
    return Backups(located(home, storage.backup_directory), storage, encryption)


def database_path(url: str, home: Path) -> Path:
    """The folder that `lmdb://PATH` means: PATH in `home`, unless it is absolute."""
    return located(home, url.removeprefix("lmdb://"))
