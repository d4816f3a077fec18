"""The actor that stores the states of all domains, and loads them at the start.

It never waits for the disk: its writer's thread does. While the disk fails it is DEGRADED, and the newest state of each
domain stays in memory.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from actors.kernel.actor import Actor, handles
from actors.kernel.errors import PersistenceError
from actors.kernel.message import Asker
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.storage import RecordErasure, StateKilled
from actors.persistence.backup.schedule import FIRST_AFTER, look_in
from actors.persistence.internal import BackUpIfDue, CleanUp, LookAtWriter, TryDisk, WriterWorked
from actors.persistence.messages import STOP_WITHIN, MakeBackup
from actors.persistence.open_store import database_path, open_backups, open_store
from actors.persistence.requests import Load, Save, StoreRequest
from actors.persistence.store.encryption import Encrypter, StoreEncryption
from actors.persistence.write_behind import WriteBehind
from actors.persistence.writer import STUCK, Writer
from actors.vocabulary.kept_pictures import pictures_in
from actors.vocabulary.kept_voices import voices_in
from config.schema import Performance, Storage

LOOK_EVERY = 1.0
RETRY_AFTER = (1.0, 2.0, 5.0)

_STUCK = f"the disk has not answered for {STUCK:g} s; going on in memory"
_STUCK_REMEDY = "look at the disk (dmesg); a network drive may have gone away"
_DAMAGE_REMEDY = "see `supervisor state doctor`; what is lost may be in a backup"


class Persistence(Actor):
    """At `persistence`. Answers LoadState and SetStateAside with StateLoaded; SaveChange, and the last part of a
    SaveSnapshot, with Committed after the sync, with Buffered when it is in memory only, or with SaveFailed;
    RecordErasure with ErasureRecorded; MakeBackup with BackupMade or BackupFailed. Makes a backup every
    `storage.backup_interval` seconds.

    Whatever is handed over before the stop is written by then. sealer: the cipher, which encrypts if `storage.encrypt`
    is set; None for none. writing: finds the writer of the database, or makes one with a WriteBehind.
    """

    drains_on_stop = True

    def __init__(
        self,
        storage: Storage,
        performance: Performance,
        home: Path,
        sealer: Encrypter | None = None,
        writing: Callable[[Path, Callable[[], WriteBehind]], Writer] = Writer.at,
    ) -> None:
        self._storage = storage
        self._performance = performance
        self._home = home
        self._path = database_path(storage.database_url, home)
        self._encryption = StoreEncryption(sealer, writes=storage.encrypt)
        self._writing = writing
        self._said = (Health.OK, "", "")
        self._looking = False
        self._trying = False
        self._tries = 0

    def on_start(self) -> None:
        self._writer = self._writing(self._path, self._write_behind)
        self._writer.write_behind.logs.cache.ttl = self._performance.cache_ttl
        self._writer.attach(lambda cause: self.post(WriterWorked(), cause))
        self._finish_round()
        self.after(self._performance.cleanup_interval, CleanUp())
        if self._storage.backup_interval > 0.0:
            self.after(FIRST_AFTER, BackUpIfDue())

    def _write_behind(self) -> WriteBehind:
        store = open_store(self._storage, self._home, self._encryption)
        backups = open_backups(self._storage, self._home, self._encryption)
        voices, pictures = voices_in(self._home), pictures_in(self._home)
        return WriteBehind(store, self._storage, backups=backups, voices=voices, pictures=pictures)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._performance = sections.get("performance", self._performance)
        self._writer.write_behind.logs.cache.ttl = self._performance.cache_ttl
        return True

    @handles
    def on_request(self, message: Load | Save | RecordErasure | MakeBackup | StateKilled) -> None:
        self._writer.hand(StoreRequest(message, self.asker(), self.cause()))
        self._look_later()

    @handles
    def on_backup_time(self, message: BackUpIfDue) -> None:
        self._hand_own(message)
        self.after(look_in(self._storage.backup_interval), BackUpIfDue())

    @handles
    def on_clean_up(self, message: CleanUp) -> None:
        self._hand_own(message)
        self.after(self._performance.cleanup_interval, CleanUp())

    @handles
    def on_worked(self, message: WriterWorked) -> None:
        self._finish_round()

    @handles
    def on_look(self, message: LookAtWriter) -> None:
        self._looking = False
        self._finish_round()

    @handles
    def on_try(self, message: TryDisk) -> None:
        self._trying = False
        self._tries += 1
        self._hand_own(None)
        self._look_later()

    def on_stop(self) -> None:
        written = self._writer.finish(STOP_WITHIN)
        self._answer()
        if not written:
            raise PersistenceError(
                f"{self._path}: the disk did not answer within {STOP_WITHIN:g} s: states may be lost"
            )
        write_behind = self._writer.write_behind
        if lost := write_behind.logs.unwritten:
            why = write_behind.health.trouble or "what is stored could not be read at start and is kept"
            raise PersistenceError(f"{self._path}: not written: {', '.join(lost)}: {why}")

    def _hand_own(self, message: BackUpIfDue | CleanUp | None) -> None:
        self._writer.hand(StoreRequest(message, Asker("", ""), self.cause()))

    def _finish_round(self) -> None:
        self._answer()
        self._say()
        if self._writer.stuck:
            self._look_later()

    def _answer(self) -> None:
        for outcome in self._writer.collect():
            if outcome.asker.id:
                self.reply(outcome.message, outcome.asker)
            elif outcome.asker.address:
                self.tell(outcome.asker.address, outcome.message)

    def _look_later(self) -> None:
        if not self._looking:
            self._looking = True
            self.after(LOOK_EVERY, LookAtWriter())

    def _try_later(self) -> None:
        if not self._trying:
            self._trying = True
            self.after(RETRY_AFTER[min(self._tries, len(RETRY_AFTER) - 1)], TryDisk())

    def _say(self) -> None:
        """Report the disk's health when it has changed, and try a failing disk again from time to time."""
        disk, backups = self._writer.write_behind.health, self._writer.write_behind.backup.backups
        now = (Health.OK, "", "")
        if self._writer.stuck > STUCK:
            now = Health.DEGRADED, f"{self._path}: {_STUCK}", _STUCK_REMEDY
        elif disk.trouble is not None:
            now = Health.DEGRADED, f"{disk.trouble}; going on in memory", disk.trouble.remedy
            self._try_later()
        elif disk.damage:
            now = Health.DEGRADED, "; ".join(disk.damage.values()), _DAMAGE_REMEDY
        elif backups is not None and (failed := backups.trouble) is not None:
            now = Health.DEGRADED, f"no backup could be made: {failed}", failed.remedy
        if disk.trouble is None:
            self._tries = 0
        if now != self._said:
            self._said = now
            self.health(*now)
