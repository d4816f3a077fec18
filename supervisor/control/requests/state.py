"""Requests about what a running instance remembers: its states, and backups of all."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.kernel.protocol.state import GetState, StateIs
from actors.kernel.protocol.storage import PERSISTENCE
from actors.persistence.messages import BackupFailed, MakeBackup
from config.secrets.key_file import EncryptionKeyError
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.requests.actors import start_again
from supervisor.control.wire import RequestRefused
from supervisor.offline.schemas import actor_of
from supervisor.runtime.runtime import Runtime
from supervisor.tree import DOMAINS

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 30.0
BACKUP_WITHIN = 600.0
PIECE = 4 << 20
"""Bytes of a state in one answer."""


def _state_of(runtime: Runtime, domain: str, path: str = "") -> StateIs:
    """A domain's state, or the value at `path` in it. Raises RequestRefused."""
    if domain not in DOMAINS:
        raise RequestRefused(f"no domain is called {domain!r}; there are {', '.join(DOMAINS)}")
    found = answer_of(runtime, domain, GetState(path), ASK_WITHIN)
    assert isinstance(found, StateIs)
    if path and found.json == b"null":
        raise RequestRefused(f"{domain} has no value at {path!r}")
    return found


def _state(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    found = _state_of(runtime, str(request.get("domain")), str(request.get("path") or ""))
    version = {"epoch": found.version.epoch, "n": found.version.n}
    path = {"path": found.path} if found.path else {}
    yield {"domain": found.domain, "version": version, **path, "state": msgspec.json.decode(found.json)}


def _export(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """The state as JSON, in pieces, since it may be large."""
    found = _state_of(runtime, str(request.get("domain")))
    version = {"epoch": found.version.epoch, "n": found.version.n}
    schema = actor_of(found.domain, runtime.config, runtime.home).schema
    yield {"domain": found.domain, "version": version, "schema": schema}
    for start in range(0, len(found.json), PIECE):
        yield {"piece": found.json[start : start + PIECE]}


def _backup(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    message = MakeBackup(str(request.get("to") or ""), bool(request.get("encrypt")))
    if message.encrypt:
        _ensure_key(runtime)
    answer = answer_of(runtime, PERSISTENCE, message, BACKUP_WITHIN)
    if isinstance(answer, BackupFailed):
        raise RequestRefused(f"{answer.why} -> {answer.remedy}" if answer.remedy else answer.why)
    yield plain_fields(answer)


def _ensure_key(runtime: Runtime) -> None:
    """Make a key if there is none. Persistence gets it by a restart: a message with it would be traced."""
    try:
        if runtime.ciphers.make():
            start_again(runtime, PERSISTENCE)
    except EncryptionKeyError as error:
        raise RequestRefused(f"{error} {error.hint}".strip()) from None


STATE_REQUESTS = {"state": _state, "export": _export, "backup": _backup}
