"""What a domain makes of its stored state: it begins from it, asks for an older one, or must not touch it. Pure."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.message import Message
from actors.kernel.protocol.storage import LoadState, SetStateAside, StateLoaded, Version
from actors.kernel.state.document import Document, Migration, Restored, TooNew, TooOld, Unfit, restored
from actors.kernel.state.steps import Hand, Recovered, Remind, Step, Trouble
from actors.vocabulary.type_names import durable

__all__ = ["Begin", "LoadDue", "Rules", "StateLoader"]

LOAD_AGAIN = 5.0
SEE_DOCTOR = "see `supervisor state doctor`"
TRIES = 10
"""Stored states that may turn out to be of no use before it begins anew."""

S = TypeVar("S", bound=msgspec.Struct)


class LoadDue(Message):
    """A domain's own reminder to ask for its stored state once more."""


class Rules(Protocol[S]):
    """What the loader asks of the domain, all of it pure. See DomainActor for the promises."""

    domain: ClassVar[str]
    schema: ClassVar[int]
    parted: ClassVar[str]
    migrations: ClassVar[Mapping[int, Migration]]
    initial: S

    def validate(self, state: S, before: S) -> tuple[str, ...]: ...
    def expired(self, state: S) -> S: ...
    def forget(self, state: S, erased: Mapping[str, float]) -> S: ...


class Begin(msgspec.Struct, Generic[S], frozen=True):
    """Begin to live, unless it lives. stored: the version of what is stored; None where that is not known.

    epoch: in which versions count from now on. document: what is stored; None for nothing. exact: changes can build on
    it. state: what becomes of it. erases: what is stored holds something that was to be forgotten.
    """

    stored: Version | None = None
    epoch: int = 0
    document: Document[S] | None = None
    exact: bool = False
    state: S | None = None
    erases: bool = False


@durable("kernel.StateLoader")
class StateLoader(Generic[S]):
    """refused: stored versions that are of no use. lives: the domain is at work, if only in memory."""

    def __init__(self) -> None:
        self.refused: tuple[Version, ...] = ()
        self.lives = False

    def load(self, domain: str) -> Hand:
        """Ask for the newest stored state that has not been refused."""
        return Hand(LoadState(domain, self.refused), then="on_loaded")

    def loaded(self, of: Rules[S], answer: Reply | AskFailed) -> Iterator[Step | Begin[S]]:
        """What came of that."""
        if isinstance(answer, Reply) and isinstance(answer.message, StateLoaded):
            if answer.message.held:
                yield from self._restore(of, answer.message)
                return
            why = answer.message.note
        else:
            why = answer.reason if isinstance(answer, AskFailed) else type(answer.message).__name__
        yield Remind(LOAD_AGAIN, LoadDue())
        yield Trouble(
            f"the stored state could not be read ({why}); going on in memory, trying again",
            "look at `supervisor status` for persistence, and at the free space of the disk",
        )
        yield Begin()

    def _restore(self, of: Rules[S], loaded: StateLoaded) -> Iterator[Step | Begin[S]]:
        if not loaded.parts:
            yield from self._begin(of, None, loaded)
            return
        try:
            found = _read(of, loaded)
        except TooNew as error:
            yield Trouble(f"the stored state is not touched: {error}; in memory only", "update Gerald")
            yield Begin()
        except TooOld as error:
            yield Trouble(f"the stored state is set aside, and a new one begun: {error}", SEE_DOCTOR)
            yield Hand(SetStateAside(of.domain), then="on_loaded")
        except Unfit as error:
            yield from self._refuse(of, loaded, str(error))
        else:
            yield from self._begin(of, found, loaded)

    def _refuse(self, of: Rules[S], loaded: StateLoaded, why: str) -> Iterator[Step | Begin[S]]:
        """What is stored is whole, and yet no state: ask for what was before it."""
        yield Trouble(
            f"the stored state of version {loaded.version} is of no use ({why})",
            f"an older one is used; {SEE_DOCTOR}",
        )
        self.refused = (*self.refused, loaded.version)
        if len(self.refused) < TRIES:
            yield self.load(of.domain)
        else:
            yield from self._begin(of, None, loaded)

    def _begin(
        self, of: Rules[S], found: Restored[S] | None, loaded: StateLoaded
    ) -> Iterator[Step | Begin[S]]:
        if not self.refused:
            yield Recovered()
        if found is None:
            yield Begin(loaded.version, loaded.epoch)
            return
        kept = of.expired(found.document.state) if loaded.expired else found.document.state
        state = of.forget(kept, loaded.erased) if loaded.erased else kept
        yield Begin(loaded.version, loaded.epoch, found.document, found.exact, state, state is not kept)


def _read(of: Rules[S], loaded: StateLoaded) -> Restored[S]:
    found = restored(
        Document(of.initial),
        loaded.parts,
        ((change.schema, change.patch) for change in loaded.changes),
        parted=of.parted,
        schema=loaded.schema,
        now=of.schema,
        migrations=of.migrations,
    )
    if faults := of.validate(found.document.state, of.initial):
        raise Unfit(f"it is invalid: {'; '.join(faults[:3])}")
    return found
