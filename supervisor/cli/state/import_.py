"""Takes over the states of a file, all of them or none: checked against today's classes, and written whole."""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document, Subscription
from actors.kernel.state.domain import DomainActor
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.store import Batch
from config.home import Home
from supervisor.cli.options import FAILED, fail
from supervisor.offline.export import Misfit, fitted, states_in
from supervisor.offline.schemas import document_of, parts_of
from supervisor.offline.store import OfflineStore, alone, offline_store
from supervisor.tree import DOMAINS

__all__ = ["fit", "taken_over", "write_states"]

States = Mapping[str, tuple[DomainActor[Any], msgspec.Struct]]


def taken_over(home: Home, file: Path, domains: tuple[str, ...], yes: bool) -> None:
    """Put the states in `file` in the place of the stored ones. Exits with 4 when something runs, and with 1 and every
    reason when anything in the file does not fit."""
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(FAILED, f"{file} cannot be read: {error.strerror or error}")
    with alone(home, "the import"), offline_store(home, writes=True) as found:
        states = fit(data, domains, found.actor)
        if isinstance(states, tuple):
            _refuse(file, states)
        if why := found.why_not():
            fail(FAILED, f"the database is damaged ({why}); see `supervisor state doctor --repair`")
        if not yes:
            _ask(states)
        for domain, version in write_states(found, states).items():
            click.echo(f"{domain}: taken over, as version {version.epoch}.{version.n}")


def fit(
    data: bytes, domains: tuple[str, ...], actor_of: Callable[[str], DomainActor[Any]]
) -> States | tuple[Misfit, ...]:
    """The states that are to be taken over, with their domains' actors; or every reason why nothing is."""
    given = states_in(data, domains, tuple(DOMAINS))
    if isinstance(given, tuple):
        return given
    reasons: list[Misfit] = []
    states: dict[str, tuple[DomainActor[Any], msgspec.Struct]] = {}
    for domain, state in given.items():
        actor = actor_of(domain)
        found = fitted(actor, state)
        if isinstance(found, tuple):
            reasons += found
        else:
            states[domain] = (actor, found)
    return tuple(reasons) or states


def write_states(found: OfflineStore, states: States) -> Mapping[str, Version]:
    """Write them whole in one transaction, each under a new epoch, and in files what is kept in files."""
    store, now = found.store, time.time()
    snapshots = []
    for domain, (actor, state) in states.items():
        before, subscriptions = _before(found, actor)
        version = Version(store.open_epoch(domain, before), 1)
        sound = actor.forget(state, store.tombstones())  # nobody comes back by it who was to be forgotten
        parts = parts_of(actor, Document(sound, subscriptions))
        snapshots.append(Snapshot(domain, actor.schema, version, now, parts))
    store.write(Batch(tuple(snapshots)))
    for snapshot in snapshots:
        if store.files is not None and found.in_files(snapshot.domain):
            store.files.save(snapshot)
    versions = {snapshot.domain: snapshot.version for snapshot in snapshots}
    store.close(versions)
    return versions


def _before(found: OfflineStore, actor: DomainActor[Any]) -> tuple[int, tuple[Subscription, ...]]:
    """The epoch of what is stored now, and who subscribed to it: that is not in the file."""
    chain = found.store.read(actor.domain, in_files=found.in_files(actor.domain)).chain
    if chain is None:
        return 0, ()
    try:
        return chain.version.epoch, document_of(actor, chain).document.subscriptions
    except StateError:
        return chain.version.epoch, ()


def _refuse(file: Path, reasons: tuple[Misfit, ...]) -> NoReturn:
    for misfit in reasons:
        click.echo(f"{misfit.path}: {misfit.reason}" if misfit.path else misfit.reason, err=True)
    count = "this reason" if len(reasons) == 1 else f"these {len(reasons)} reasons"
    fail(FAILED, f"{file} was not taken over, for {count}; nothing was changed")


def _ask(states: States) -> None:
    if not sys.stdin.isatty():
        fail(FAILED, "what is remembered would be replaced; add --yes if it may")
    click.confirm(f"Replace what is remembered of {', '.join(states)}?", abort=True)
