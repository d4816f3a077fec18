"""What keeps a state: the five domains, and the actor of each, which says what its state looks like."""

import importlib
from collections.abc import Mapping
from typing import Any

import msgspec

from actors.kernel.document import Document, Restored, Unfit, count_parts, encoded_part, restored
from actors.kernel.domain import DomainActor
from actors.persistence.chain import Chain
from config.schema import Config

__all__ = ["DOMAINS", "Domain", "actor_of", "document_of", "parts_of"]


class Domain(msgspec.Struct, frozen=True):
    """actor: "module:Class". sections: of the configuration, which it is made with."""

    actor: str
    sections: tuple[str, ...] = ()


DOMAINS: Mapping[str, Domain] = {
    "conversation": Domain("actors.conversation.conversation:Conversation", ("bot", "speech")),
    "users": Domain("actors.users.users:Users"),
    "world": Domain("actors.world.world:World"),
    "avatar": Domain("actors.avatar.avatar:Avatar"),
    "system": Domain("actors.system.system:System"),
}


def actor_of(domain: str, config: Config) -> DomainActor[Any]:
    """An actor of `domain` that does not run, with the state it would begin with: it knows form, ways and bounds."""
    known = DOMAINS[domain]
    module, _, name = known.actor.partition(":")
    cls = getattr(importlib.import_module(module), name)
    actor = cls(*(getattr(config, section) for section in known.sections))
    assert isinstance(actor, DomainActor)
    return actor


def document_of(actor: DomainActor[Any], chain: Chain) -> Restored[Any]:
    """The document that is stored, as `actor` would take it over. Raises TooNew, or Unfit."""
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
    """The document as it is stored whole."""
    count = count_parts(document.state, actor.parted)
    return tuple(encoded_part(document, actor.parted, part) for part in range(count))
