"""The request to make a backup."""

from collections.abc import Iterator, Mapping
from typing import Any

from actors.kernel.protocol.storage import PERSISTENCE
from actors.persistence.messages import BackupFailed, BackupMade, MakeBackup
from config.secrets.key_file import EncryptionKeyError
from supervisor.control.actor_requests import start_again
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

__all__ = ["BACKUP_REQUESTS"]

WITHIN = 600.0
"""Seconds that a backup may take."""


def _backup(system: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    message = MakeBackup(str(request.get("to") or ""), bool(request.get("encrypt")))
    if message.encrypt:
        _ensure_key(system)
    answer = answer_of(system, PERSISTENCE, message, WITHIN)
    if isinstance(answer, BackupFailed):
        raise RequestRefused(f"{answer.why} -> {answer.remedy}" if answer.remedy else answer.why)
    assert isinstance(answer, BackupMade)
    yield plain_fields(answer)


def _ensure_key(system: Runtime) -> None:
    """Make a key if there is none. Persistence gets it by a restart: a message with it would be traced."""
    try:
        made = system.ciphers.make()
    except EncryptionKeyError as trouble:
        raise RequestRefused(f"{trouble} {trouble.hint}".strip()) from None
    if made:
        start_again(system, PERSISTENCE)


BACKUP_REQUESTS = {"backup": _backup}
