"""Where else the words of somebody who is forgotten may still be: said honestly, and removed where that is asked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from actors.persistence.backup.backups import KINDS, kept_in
from actors.persistence.backup.content import BackupContent
from actors.persistence.backup.file import read
from actors.persistence.open_store import database_path
from actors.persistence.recovery.quarantine import beside, leftovers
from actors.persistence.store.database import OUTDATED
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.vocabulary.values import Person
from config.format import count
from config.home import Home
from config.schema import Config
from config.secrets.key_file import EncryptionKeyError
from supervisor.instance import NoInstance, find_instance
from supervisor.offline.store import configuration, encryption_of
from supervisor.trace.analyse.mentions import Mention, mentions, naming
from supervisor.trace.write.retention import delete_segment

__all__ = ["Elsewhere", "tell_elsewhere"]


class Elsewhere(msgspec.Struct, frozen=True):
    """Files that may hold words of somebody who is forgotten. unreadable: of the trace, which cannot be read whole.
    being_written: of the trace, which only the end of the run closes. damaged: of the store, set aside. outdated: of an
    earlier version's store, set aside."""

    traces: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    being_written: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


def tell_elsewhere(home: Home, people: tuple[Person, ...], *, delete: bool, silent: bool) -> dict[str, Any]:
    """Look, delete finished files of the trace that mention them where `delete`, and say what is left; as plain data,
    too."""
    found = _found(home, people, delete)
    if not silent:
        for line in lines(found):
            click.echo(line)
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


def _found(home: Home, people: tuple[Person, ...], delete: bool) -> Elsewhere:
    config = configuration(home)
    traces = home.path / config.trace.directory
    seen = tuple(mentions(traces, people, _run(home)))
    deleted = tuple(m.path for m in seen if delete and not m.open and not m.unsure and _delete(m.path))
    storage = config.storage
    database = database_path(storage.database_url, home.path)
    aside = leftovers(database, home.resolve(storage.file_path), {})
    return Elsewhere(
        _names(m for m in seen if not m.open and not m.unsure and m.path not in deleted),
        tuple(map(str, deleted)),
        _names(m for m in seen if m.open),
        _names(m for m in seen if m.unsure),
        tuple(_backups(home.resolve(storage.backup_directory), people, _encryption(home, config))),
        tuple(left.path for left in aside),
        tuple(map(str, beside(database, OUTDATED))),
    )


def lines(found: Elsewhere) -> Iterator[str]:
    """What is to be said of it."""
    if found.deleted:
        yield f"deleted {count(len(found.deleted), 'file')} of the trace that mentioned them"
    if found.traces:
        number = len(found.traces)
        yield f"{count(number, 'file')} of the trace still {_verb(number, 'mention')} them; the same command with"
        yield f"--traces deletes {'it' if number == 1 else 'these'}:"
        yield from (f"  {path}" for path in found.traces)
    if found.being_written:
        yield "what is being written of the trace mentions them, and cannot be reached now; the same command with"
        yield "--traces deletes it when Gerald has stopped:"
        yield from (f"  {path}" for path in found.being_written)
    if found.unreadable:
        yield "these files of the trace cannot be read whole, so that nobody can tell:"
        yield from (f"  {path}" for path in found.unreadable)
    if found.backups:
        number = len(found.backups)
        yield f"{count(number, 'backup')} {_verb(number, 'hold')} them; when one is restored, they are forgotten again."
        yield "To be rid of their words there, too, make a new one with `supervisor backup`, and delete"
        yield f"{'this one' if number == 1 else 'these'}:"
        yield from (f"  {path}" for path in found.backups)
    if found.damaged:
        yield "damaged parts of the store, set aside, may hold them; `supervisor state doctor --repair --prune` removes"
        yield "these when nothing runs:"
        yield from (f"  {path}" for path in found.damaged)
    if found.outdated:
        yield "stores of an earlier version of Gerald, set aside, may hold them; delete these if you do not need them:"
        yield from (f"  {path}" for path in found.outdated)
    yield "the log holds no words; of copies that you made elsewhere, nothing is known here"


def _backups(folder: Path, people: tuple[Person, ...], encryption: StoreEncryption) -> Iterator[str]:
    """Those that hold them, and those of which that cannot be told."""
    try:
        kept = kept_in(folder, *KINDS)
        unfinished = sorted(folder.glob("*.backup.new"))
    except (StoreError, OSError) as error:
        yield f"{folder} (cannot be read: {error})"
        return
    for one in kept:
        try:
            if _holds(read(one.path, encryption).content, people):
                yield str(one.path)
        except StoreError:
            yield f"{one.path} (cannot be read)"
    yield from (f"{path} (was not finished)" for path in unfinished)


def _holds(content: BackupContent, people: tuple[Person, ...]) -> bool:
    pattern = naming(people)
    return pattern is not None and any(
        pattern.search(payload)
        for chain in content.chains.values()
        for payload in (*chain.snapshot.parts, *(change.payload for change in chain.changes))
    )


def _encryption(home: Home, config: Config) -> StoreEncryption:
    try:
        return encryption_of(home, config)
    except EncryptionKeyError:
        return PLAIN


def _run(home: Home) -> str:
    try:
        return find_instance(home.path).run
    except NoInstance:
        return ""


def _names(found: Iterator[Mention]) -> tuple[str, ...]:
    return tuple(str(mention.path) for mention in found)


def _delete(path: Path) -> bool:
    try:
        delete_segment(path)
    except FileNotFoundError:
        return True
    except OSError as error:
        click.echo(f"{path} cannot be deleted: {error.strerror or error}", err=True)
        return False
    return True


def _verb(number: int, what: str) -> str:
    return f"{what}s" if number == 1 else what
