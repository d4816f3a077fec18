"""Where the words of an erased person may still be, and the deletion of trace files that hold them."""

import contextlib
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
from supervisor.instance import running_instance
from supervisor.offline.store import configuration, encryption_of
from supervisor.trace.analyse.mentions import mentions, naming
from supervisor.trace.write.retention import delete_segment


class Elsewhere(msgspec.Struct, frozen=True):
    """Files that may hold words of an erased person.

    being_written: trace files of the run that is still going on.
    unreadable: trace files that cannot be read completely.
    damaged, outdated: parts of the store, of this and of an earlier version, that were set aside.
    """

    traces: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    being_written: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()


def tell_elsewhere(home: Home, people: tuple[Person, ...], *, delete: bool, silent: bool) -> dict[str, Any]:
    """Print what is left and return it as plain data; with `delete`, first delete finished trace files."""
    found = _found(home, people, delete)
    if not silent:
        click.echo("\n".join(lines(found)))
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain


def _found(home: Home, people: tuple[Person, ...], delete: bool) -> Elsewhere:
    config = configuration(home)
    traces = home.resolve(config.trace.directory)
    instance = running_instance(home.path)
    seen = tuple(mentions(traces, people, instance.run if instance else ""))
    sure = [m.path for m in seen if not m.open and not m.unsure]
    deleted = [path for path in sure if delete and _delete(path)]
    storage = config.storage
    database = database_path(storage.database_url, home.path)
    aside = leftovers(database, home.resolve(storage.file_path), {})
    return Elsewhere(
        tuple(str(path) for path in sure if path not in deleted),
        tuple(map(str, deleted)),
        tuple(str(m.path) for m in seen if m.open),
        tuple(str(m.path) for m in seen if m.unsure),
        tuple(_backups(home.resolve(storage.backup_directory), people, _encryption(home, config))),
        tuple(left.path for left in aside),
        tuple(map(str, beside(database, OUTDATED))),
    )


def lines(found: Elsewhere) -> Iterator[str]:
    """Sentences for a person, with what to do."""
    if found.deleted:
        yield f"deleted {count(len(found.deleted), 'file')} of the trace that mentioned them"
    if number := len(found.traces):
        yield f"{count(number, 'file')} of the trace still {_verb(number, 'mention')} them; the same command with"
        yield f"--traces deletes {'it' if number == 1 else 'these'}:"
        yield from (f"  {path}" for path in found.traces)
    if found.being_written:
        yield "the trace that is being written mentions them, and cannot be changed now; the same command with"
        yield "--traces deletes it when Gerald has stopped:"
        yield from (f"  {path}" for path in found.being_written)
    if found.unreadable:
        yield "these files of the trace cannot be read completely, and may mention them:"
        yield from (f"  {path}" for path in found.unreadable)
    if number := len(found.backups):
        yield f"{count(number, 'backup')} {_verb(number, 'hold')} them; when one is restored, they are forgotten again."
        yield "To remove their words there too, make a new one with `supervisor backup`, and delete"
        yield f"{'this one' if number == 1 else 'these'}:"
        yield from (f"  {path}" for path in found.backups)
    if found.damaged:
        yield "damaged parts of the store, set aside, may hold them; `supervisor state doctor --repair --prune` removes"
        yield "these when nothing runs:"
        yield from (f"  {path}" for path in found.damaged)
    if found.outdated:
        yield "stores of an earlier version of Gerald, set aside, may hold them; delete these if you do not need them:"
        yield from (f"  {path}" for path in found.outdated)
    yield "the log holds no words; copies that you made elsewhere are not checked"


def _backups(folder: Path, people: tuple[Person, ...], encryption: StoreEncryption) -> Iterator[str]:
    """The backups that hold these people, and those that cannot be checked."""
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


def _delete(path: Path) -> bool:
    try:
        with contextlib.suppress(FileNotFoundError):
            delete_segment(path)
    except OSError as error:
        click.echo(f"{path} cannot be deleted: {error.strerror or error}", err=True)
        return False
    return True


def _verb(number: int, what: str) -> str:
    return f"{what}s" if number == 1 else what
