"""What `supervisor run --safe` does before the start: nothing that was stored tells an actor to do something."""

import time

from actors.kernel.state.document import Subscription
from actors.persistence.store.chain import Snapshot
from actors.persistence.store.store import Batch
from config.home import Home
from supervisor.exit_status import CommandRefused
from supervisor.offline.schemas import document_of, parts_of
from supervisor.offline.store import OfflineStore, offline_store
from supervisor.tree import DOMAINS


def end_subscriptions(home: Home) -> tuple[str, ...]:
    """End every stored subscription; a sentence for each, or the reason why it could not be. The caller has locked the
    home. Never raises for what is stored."""
    said: list[str] = []
    try:
        with offline_store(home, writes=True) as found:
            if why := found.why_not():
                return (f"the stored subscriptions were left alone: {found.store.database.path}: {why}",)
            ended = {domain: gone for domain in DOMAINS if (gone := _ended(found, domain))}
            found.store.close()
    except CommandRefused as refused:
        return (f"the stored subscriptions were left alone: {refused}",)
    for domain, subscriptions in ended.items():
        said += (
            f"the subscription of {s.address} to {domain} {s.path}".rstrip() + " was ended"
            for s in subscriptions
        )
    return tuple(said)


def _ended(found: OfflineStore, domain: str) -> tuple[Subscription, ...]:
    """Write the domain's state without its subscriptions, if it has any; which they were."""
    chain = found.store.read(domain).chain
    if chain is None:
        return ()
    actor = found.actor(domain)
    document = document_of(actor, chain).document
    if not document.subscriptions:
        return ()
    version = type(chain.version)(found.store.open_epoch(domain, chain.version.epoch), 1)
    parts = parts_of(actor, type(document)(document.state))
    snapshot = Snapshot(domain, actor.schema, version, time.time(), parts)
    found.store.write_everywhere(Batch((snapshot,)))
    return document.subscriptions
