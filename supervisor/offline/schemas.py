"""The schema of a domain's state, which its actor defines."""

from pathlib import Path
from typing import Any

from actors.kernel.state.document import Document, Restored, Unfit, count_parts, encoded_part, restored
from actors.kernel.state.domain import DomainActor
from actors.persistence.store.chain import Chain
from config.schema import Config
from supervisor.nodes.boot import make_actor
from supervisor.otp.spec import ChildSpec, walk
from supervisor.tree import tree


def actor_of(domain: str, config: Config, home: Path) -> DomainActor[Any]:
    """The actor of `domain`, not started, with its initial state."""
    (spec,) = (s for s in walk(tree(config)) if isinstance(s, ChildSpec) and s.address == domain)
    sections = {name: getattr(config, name) for name in Config.model_fields}
    actor = make_actor(spec.actor, spec.arguments, sections, home)
    assert isinstance(actor, DomainActor)
    return actor


def document_of(actor: DomainActor[Any], chain: Chain) -> Restored[Any]:
    """The stored document as `actor` would load it. Raises TooNew, TooOld, or Unfit."""
    found = restored(
        Document(actor.state),
        chain.snapshot.parts,
        ((change.schema, change.payload) for change in chain.changes),
        parted=actor.parted,
        schema=chain.snapshot.schema,
        now=actor.schema,
        migrations=actor.migrations,
    )
    if faults := actor.validate(found.document.state, actor.state):
        raise Unfit(f"it is invalid: {'; '.join(faults[:3])}")
    return found


def parts_of(actor: DomainActor[Any], document: Document[Any]) -> tuple[bytes, ...]:
    """The parts of a snapshot of the document."""
    parts = range(count_parts(document.state, actor.parted))
    return tuple(encoded_part(document, actor.parted, part) for part in parts)
