"""Opens the store of a home as its configuration says."""

from pathlib import Path

from actors.persistence.backup.backups import Backups
from actors.persistence.store.backends.files import FileBackend
from actors.persistence.store.database import Database
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.store import Store
from config.schema import Storage

__all__ = ["database_path", "open_backups", "open_store"]


def open_store(storage: Storage, home: Path, sealing: StoreEncryption = PLAIN) -> Store:
    """The store, not opened yet: its first call does that. What is damaged there is looked for in the backups."""

    def keep(domain: str) -> int:
        return storage.domains.of(domain).keep

    database = Database.at(database_path(storage.database_url, home), storage.map_size)
    files = FileBackend(home / Path(storage.file_path).expanduser(), keep, sealing)
    backups = open_backups(storage, home, sealing)
    return Store(database, keep, files, sealing, backups.chains, backups.tombstones)


def open_backups(storage: Storage, home: Path, sealing: StoreEncryption = PLAIN) -> Backups:
    """The home's backups. sealing: of what is stored; what it encrypts is encrypted in them, too."""
    return Backups(home / Path(storage.backup_directory).expanduser(), storage, sealing)


def database_path(url: str, home: Path) -> Path:
    """The folder that `lmdb://PATH` means: PATH in `home`, unless it is absolute."""
    return home / Path(url.removeprefix("lmdb://")).expanduser()
