"""Makes backups, on request and by schedule. The content is read at once, and the file is written in another thread, so
that no state waits for it."""

from collections.abc import Callable
from pathlib import Path

from actors.kernel.message import Message
from actors.persistence.backup.backups import Backups
from actors.persistence.backup.content import BackupContent, collect_content
from actors.persistence.disk_health import DiskHealth
from actors.persistence.domain_logs import DomainLogs
from actors.persistence.messages import BackupFailed, BackupMade, MakeBackup
from actors.persistence.requests import Job, StoreOutcome, StoreRequest
from actors.persistence.state_loads import StateLoads
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store import Store


class BackupService:
    """backups: None where none are made. run_aside: runs a job in another thread and delivers its outcome."""

    def __init__(
        self, store: Store, logs: DomainLogs, health: DiskHealth, loads: StateLoads, backups: Backups | None
    ) -> None:
        self.backups = backups
        self.run_aside: Callable[[Job, str], None] = lambda job, cause: None
        self._store, self._logs, self._health, self._loads = store, logs, health, loads

    def make(self, request: StoreRequest, message: MakeBackup) -> tuple[StoreOutcome, ...]:
        """The answer to a request, if it is known at once."""
        try:
            if (backups := self.backups) is None:
                raise StoreError("no backups are made here", "")
            content = self._content()
        except StoreError as error:
            return (StoreOutcome(request.asker, BackupFailed(str(error), error.remedy)),)
        self.run_aside(lambda: StoreOutcome(request.asker, _made(backups, content, message)), request.cause)
        return ()

    @property
    def is_due(self) -> bool:
        """Whether a scheduled backup is due."""
        return self.backups is not None and self.backups.is_due()

    def make_due(self, cause: str) -> None:
        """Make the scheduled backup."""
        backups = self.backups
        assert backups is not None
        try:
            content = self._content()
        except StoreError as error:
            backups.failed(error)
            return
        backups.at_work = True
        self.run_aside(lambda: backups.make_due(content), cause)

    def _content(self) -> BackupContent:
        """Everything that is stored. Raises StoreError when something is not on disk: a backup must be complete."""
        if self._health.trouble is not None:
            raise self._health.trouble
        if unwritten := self._logs.unwritten:
            why = f"{self._store.database.path}: not written yet: {', '.join(unwritten)}"
            raise StoreError(why, "look at `supervisor status`")
        return collect_content(self._store, self._logs.newest, self._loads.epochs)


def _made(backups: Backups, content: BackupContent, message: MakeBackup) -> Message:
    try:
        made = backups.make(content, Path(message.to) if message.to else None, encrypt=message.encrypt)
    except StoreError as error:
        return BackupFailed(str(error), error.remedy)
    return BackupMade(str(made.path), made.size, tuple(made.content.chains), made.header.encrypted)
