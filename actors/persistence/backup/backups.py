"""The folder of the backups: lists, makes and removes them."""

import calendar
import contextlib
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from actors.persistence.backup import file
from actors.persistence.backup.content import BackupContent
from actors.persistence.backup.file import Backup
from actors.persistence.backup.schedule import NEVER_FAILED, Tries, is_due, removable
from actors.persistence.store.chain import Chain
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError, store_error
from actors.persistence.store.tombstones import merged
from config.schema import Storage

log = logging.getLogger(__name__)

KINDS = USUAL, BEFORE_RESTORE, OUTDATED = "gerald", "before-restore", "outdated"
"""Prefixes of file names: requested or scheduled backups, what a restore replaced, and states in a schema version
too old for this version of Gerald. Only the first kind is ever removed."""
_NAME = re.compile(rf"({'|'.join(KINDS)})-(\d{{8}}T\d{{6}}Z)\.backup", re.ASCII)
_STAMP = "%Y%m%dT%H%M%SZ"


class BackupEntry(msgspec.Struct, frozen=True):
    """A backup's file, by its name. made_at: epoch seconds. kind: one of KINDS."""

    path: Path
    made_at: float
    kind: str = USUAL


def kept_in(folder: Path, *kinds: str) -> tuple[BackupEntry, ...]:
    """The backups of these kinds (USUAL by default) in a folder, newest first, by their names. Raises StoreError."""
    try:
        paths = tuple(folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise store_error(folder, "looking for backups", error) from error
    found: list[BackupEntry] = []
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match is not None and match[1] in (kinds or (USUAL,)):
            with contextlib.suppress(ValueError):  # the 99th of a month
                made_at = calendar.timegm(time.strptime(match[2], _STAMP))
                found.append(BackupEntry(path, float(made_at), match[1]))
    return tuple(sorted(found, key=lambda kept: kept.made_at, reverse=True))


def name_for(folder: Path, now: float, kind: str = USUAL) -> Path:
    """A new path for a backup made now."""
    at = int(now)
    while (path := folder / f"{kind}-{time.strftime(_STAMP, time.gmtime(at))}.backup").exists():
        at += 1
    return path


class Backups:
    """The backups of one home, for several threads. One backup is made at a time.

    tries: failures of the schedule. trouble: why its last backup failed, None when it did not.
    at_work: one of its backups is being made.
    """

    def __init__(self, folder: Path, storage: Storage, encryption: StoreEncryption = PLAIN) -> None:
        self.folder = folder
        self.tries = NEVER_FAILED
        self.trouble: StoreError | None = None
        self.at_work = False
        self._making = threading.Lock()
        self._storage = storage
        self._encryption = encryption

    def is_due(self) -> bool:
        """Whether a scheduled backup is due."""
        interval = self._storage.backup_interval
        if self.at_work or interval <= 0.0 or not is_due(time.time(), (), interval, self.tries):
            return False
        try:
            made = tuple(kept.made_at for kept in kept_in(self.folder))
        except StoreError as error:
            self.failed(error)
            return False
        return is_due(time.time(), made, interval, self.tries)

    def make(
        self, content: BackupContent, to: Path | None = None, *, encrypt: bool = False, kind: str = USUAL
    ) -> Backup:
        """Write a backup into the folder `to`, or the default one; encrypted if the store is. Raises StoreError."""
        encryption = self._writing(encrypt)
        with self._making:
            now = time.time()
            path = name_for(to or self.folder, now, kind)
            return file.write(path, content, now, encryption)

    def set_aside(self, domain: str, chain: Chain) -> Path:
        """The path of an OUTDATED backup of this state, made unless there is one. Raises StoreError."""
        for entry in kept_in(self.folder, OUTDATED):
            held = file.listed(entry.path).domains.get(domain)
            if held is not None and held.version == chain.version:
                return entry.path
        epochs = {domain: chain.version.epoch}
        return self.make(BackupContent({domain: chain}, {}, epochs), kind=OUTDATED).path

    def make_due(self, content: BackupContent) -> None:
        """Make a scheduled backup; then remove those that are too many or too old."""
        try:
            made = self.make(content)
        except StoreError as error:
            self.failed(error)
        else:
            self.tries, self.trouble = NEVER_FAILED, None
            self._remove_older(made.path)
        finally:
            self.at_work = False

    def failed(self, error: StoreError) -> None:
        """Note that a scheduled backup failed; it is retried, less and less often."""
        if self.trouble is None:
            log.warning("no backup could be made: %s", error)
        self.tries, self.trouble = Tries(self.tries.failures + 1, time.time()), error

    def chains(self, domain: str) -> Iterator[Chain]:
        """The chains of a domain in the backups, newest first; unusable backups are skipped."""
        try:
            there = kept_in(self.folder)
        except StoreError as error:
            log.warning("no backup can be used: %s", error)
            return
        for kept in there:
            try:
                content = file.read(kept.path, self._encryption).content
            except StoreError as error:
                log.warning("this backup cannot be used: %s", error)
                continue
            if domain in content.chains:
                yield content.chains[domain]

    def tombstones(self) -> Mapping[str, float]:
        """All tombstones in the backups, also in damaged or encrypted ones."""
        found: dict[str, float] = {}
        try:
            for kept in kept_in(self.folder, *KINDS):
                found = merged(found, file.tombstones_in(kept.path))
        except StoreError as error:
            log.warning("the tombstones in the backups cannot be read: %s", error)
        return found

    def _writing(self, encrypt: bool) -> StoreEncryption:
        if not encrypt:
            return self._encryption if self._encryption.writes else PLAIN
        encryption = self._encryption.always()
        if not encryption.writes:
            raise StoreError(
                "the backup cannot be encrypted: nothing here has a key",
                "run `supervisor restart persistence`, and try again; or leave --encrypt out",
            )
        return encryption

    def _remove_older(self, newest: Path) -> None:
        try:
            kept = {found.made_at: found.path for found in kept_in(self.folder)}
            at = next((made_at for made_at, path in kept.items() if path == newest), None)
            if at is None:
                return  # somebody removed it already: then nothing else may go
            limits = self._storage
            for old in removable(kept, at, time.time(), limits.backup_keep, limits.backup_max_age):
                kept[old].unlink(missing_ok=True)
            with self._making:  # an unfinished one is of a process that was killed
                for left in self.folder.glob(f"{USUAL}-*.backup.new"):
                    left.unlink(missing_ok=True)
        except (StoreError, OSError) as error:
            log.warning("older backups in %s could not be removed: %s", self.folder, error)
