"""What the parts of a domain (loader, writer, subscriptions) see of the domain's actor."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, TypeVar

import msgspec

from actors.kernel.actor import ActorContext
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document, Migration

S = TypeVar("S", bound=msgspec.Struct)


class Source(Protocol[S]):
    """See DomainActor for the promises. context: carries out whatever a part decides."""

    domain: ClassVar[str]
    schema: ClassVar[int]
    parted: ClassVar[str]
    migrations: ClassVar[Mapping[int, Migration]]
    save_delay: ClassVar[float]
    load_within: ClassVar[float]
    context: ActorContext
    initial: S
    version: Version

    @property
    def document(self) -> Document[S]: ...
    def validate(self, state: S, before: S) -> tuple[str, ...]: ...
    def expired(self, state: S) -> S: ...
    def forget(self, state: S, erased: Mapping[str, float]) -> S: ...
    def not_stored(self, reason: str, remedy: str) -> None: ...
    def stored_again(self) -> None: ...
