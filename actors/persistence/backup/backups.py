"""The folder of the backups: what is in it, what is put there, and what goes again."""

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
from config.schema import Storage

__all__ = ["BEFORE_RESTORE", "USUAL", "BackupEntry", "Backups", "kept_in", "name_for"]

log = logging.getLogger(__name__)

USUAL, BEFORE_RESTORE = "gerald", "before-restore"
"""How the names of backups begin: of all that are made, and of what a restore replaced."""
_NAME = re.compile(rf"({USUAL}|{BEFORE_RESTORE})-(\d{{8}}T\d{{6}}Z)\.backup", re.ASCII)
_STAMP = "%Y%m%dT%H%M%SZ"


class BackupEntry(msgspec.Struct, frozen=True):
    """A backup's file, by its name only. made_at: epoch seconds. kind: how its name begins."""

    path: Path
    made_at: float
    kind: str = USUAL


def kept_in(folder: Path, *kinds: str) -> tuple[BackupEntry, ...]:
    """The backups in a folder, newest first; nothing is read. Raises StoreError for a folder that cannot be."""
    try:
        paths = tuple(folder.iterdir())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise store_error(folder, "looking for backups", error) from error
    named = ((path, _NAME.fullmatch(path.name)) for path in paths)
    found: list[BackupEntry] = []
    for path, match in named:
        if match is None or match[1] not in (kinds or (USUAL,)):
            continue
        with contextlib.suppress(ValueError):  # the 99th of a month
            stamp = time.strptime(match[2], _STAMP)
            found.append(BackupEntry(path, float(calendar.timegm(stamp)), match[1]))
    return tuple(sorted(found, key=lambda kept: kept.made_at, reverse=True))


def name_for(folder: Path, now: float, kind: str = USUAL) -> Path:
    """Where a backup that is made now belongs; never where something is."""
    at = int(now)
    while (path := folder / f"{kind}-{time.strftime(_STAMP, time.gmtime(at))}.backup").exists():
        at += 1
    return path


class Backups:
    """Those of one home. May be used by several threads; one backup is made at a time.

    tries, trouble: how the scheduled ones go; None when the last one was made. at_work: one of these is being made.
    folder: where they lie. sealing: writes what is to be encrypted, and reads what was; where it has no sealer,
    nothing can be encrypted.
    """

    def __init__(self, folder: Path, storage: Storage, sealing: StoreEncryption = PLAIN) -> None:
        self.folder = folder
        self.tries = NEVER_FAILED
        self.trouble: StoreError | None = None
        self.at_work = False
        self._making = threading.Lock()
        self._storage = storage
        self._sealing = sealing

    def is_due(self) -> bool:
        """Whether the schedule wants one now."""
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
        """A backup in the folder `to`, else the usual one; encrypted if that is asked for, or what is stored is.
        Raises StoreError."""
        sealing = self._writing(encrypt)
        with self._making:
            now = time.time()
            path = name_for(to or self.folder, now, kind)
            return file.write(path, content, now, sealing)

    def make_due(self, content: BackupContent) -> None:
        """One for the schedule; then those that are too many or too old are removed."""
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
        """The schedule's backup could not be made; it is tried again, less and less often."""
        if self.trouble is None:
            log.warning("no backup could be made: %s", error)
        self.tries, self.trouble = Tries(self.tries.failures + 1, time.time()), error

    def chains(self, domain: str) -> Iterator[Chain]:
        """What the backups hold of a domain, newest first; one that is of no use is passed over."""
        try:
            there = kept_in(self.folder)
        except StoreError as error:
            log.warning("no backup can be used: %s", error)
            return
        for kept in there:
            try:
                content = file.read(kept.path, self._sealing).content
            except StoreError as error:
                log.warning("this backup is of no use: %s", error)
                continue
            if domain in content.chains:
                yield content.chains[domain]

    def tombstones(self) -> Mapping[str, float]:
        """Who is forgotten, and since when, as far as any of them knows; also one that is damaged, or needs a key."""
        found: dict[str, float] = {}
        try:
            for kept in kept_in(self.folder, USUAL, BEFORE_RESTORE):
                for hash_, at in file.graves_in(kept.path).items():
                    found[hash_] = max(at, found.get(hash_, at))
        except StoreError as error:
            log.warning("backups cannot tell who is forgotten: %s", error)
        return found

    def _writing(self, encrypt: bool) -> StoreEncryption:
        if not encrypt:
            return self._sealing if self._sealing.writes else PLAIN
        sealing = self._sealing.always()
        if not sealing.writes:
            raise StoreError(
                "the backup cannot be encrypted: nothing here has a key",
                "run `supervisor restart persistence`, and try again; or leave --encrypt out",
            )
        return sealing

    def _remove_older(self, newest: Path) -> None:
        try:
            kept = {found.made_at: found.path for found in kept_in(self.folder)}
            at = next((made_at for made_at, path in kept.items() if path == newest), None)
            if at is None:
                return  # somebody took it away already: then nothing else may go
            limits = self._storage.backup_keep, self._storage.backup_max_age
            for old in removable(kept, at, time.time(), *limits):
                kept[old].unlink(missing_ok=True)
            with self._making:  # what lies there unfinished now is of a process that was killed
                for left in self.folder.glob(f"{USUAL}-*.backup.new"):
                    left.unlink(missing_ok=True)
        except (StoreError, OSError) as error:
            log.warning("older backups in %s could not be removed: %s", self.folder, error)
