"""Imports the states of a file, all of them or none."""

import contextlib
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
from config.files import read_limited
from config.format import count
from config.home import Home
from supervisor.cli.options import fail
from supervisor.cli.state.restore import ask_to_replace
from supervisor.exit_status import FAILED
from supervisor.offline.export import Misfit, fitted, states_in
from supervisor.offline.schemas import document_of, parts_of
from supervisor.offline.store import OfflineStore, exclusive, offline_store
from supervisor.tree import DOMAINS

LARGEST = 2**30
"""Bytes of a file: it is read as a whole."""

States = Mapping[str, tuple[DomainActor[Any], msgspec.Struct]]


def import_states(home: Home, file: Path, domains: tuple[str, ...], yes: bool) -> None:
    """Replace the stored states by those in `file`. Exits with 4 while an instance runs, and with 1 if any state does
    not fit."""
    try:
        data = read_limited(file, LARGEST)
    except OSError as error:
        fail(FAILED, f"{file} cannot be read: {error.strerror or error}")
    with exclusive(home, "the import"), offline_store(home, writes=True) as found:
        states = fit(data, domains, found.actor)
        if isinstance(states, tuple):
            _refuse(file, states)
        if why := found.why_not():
            fail(FAILED, f"the database is damaged ({why}); see `supervisor state doctor --repair`")
        ask_to_replace(states, yes)
        for domain, version in write_states(found, states).items():
            click.echo(f"{domain}: imported as version {version}")


def fit(
    data: bytes, domains: tuple[str, ...], actor_of: Callable[[str], DomainActor[Any]]
) -> States | tuple[Misfit, ...]:
    """The states to be imported, with their domains' actors; or every reason against the import."""
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
    """Write the states as snapshots in one transaction, each in a new epoch; also into files if a backend has any."""
    store, now = found.store, time.time()
    snapshots = []
    for domain, (actor, state) in states.items():
        before, subscriptions = _before(found, actor)
        version = Version(store.open_epoch(domain, before), 1)
        state = actor.forget(state, store.read_tombstones())  # erased people stay erased
        parts = parts_of(actor, Document(state, subscriptions))
        snapshots.append(Snapshot(domain, actor.schema, version, now, parts))
    store.write_everywhere(Batch(tuple(snapshots)))
    versions = {snapshot.domain: snapshot.version for snapshot in snapshots}
    store.close(versions)
    return versions


def _before(found: OfflineStore, actor: DomainActor[Any]) -> tuple[int, tuple[Subscription, ...]]:
    """The stored state's epoch and its subscriptions, which are not in the file."""
    chain = found.store.read(actor.domain).chain
    if chain is None:
        return 0, ()
    with contextlib.suppress(StateError):
        return chain.version.epoch, document_of(actor, chain).document.subscriptions
    return chain.version.epoch, ()


def _refuse(file: Path, reasons: tuple[Misfit, ...]) -> NoReturn:
    for misfit in reasons:
        click.echo(f"{misfit.path}: {misfit.reason}" if misfit.path else misfit.reason, err=True)
    fail(FAILED, f"{file} was not imported, for {count(len(reasons), 'reason')}; nothing was changed")
