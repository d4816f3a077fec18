"""What can be asked about the backups of a running instance: that one is made."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.kernel.protocol.storage import PERSISTENCE
from actors.persistence.messages import BackupFailed, BackupMade, MakeBackup
from config.secrets.key_file import EncryptionKeyError
from supervisor.control.actor_requests import start_again
from supervisor.control.ask import answer_of
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

__all__ = ["BACKING"]

WITHIN = 600.0
"""Seconds that a backup may take."""


def _backup(system: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    message = MakeBackup(str(request.get("to") or ""), bool(request.get("encrypt")))
    if message.encrypt:
        _see_to_a_key(system)
    answer = answer_of(system, PERSISTENCE, message, WITHIN)
    if isinstance(answer, BackupFailed):
        raise RequestRefused(f"{answer.why} -> {answer.remedy}" if answer.remedy else answer.why)
    assert isinstance(answer, BackupMade)
    plain = msgspec.to_builtins(answer)
    yield {name: plain[name] for name in answer.__struct_fields__}


def _see_to_a_key(system: Runtime) -> None:
    """Persistence is handed its key at its start, and never by a message: that would be traced."""
    try:
        made = system.ciphers.make()
    except EncryptionKeyError as trouble:
        raise RequestRefused(f"{trouble} {trouble.hint}".strip()) from None
    if made:
        start_again(system, PERSISTENCE)


BACKING = {"backup": _backup}
