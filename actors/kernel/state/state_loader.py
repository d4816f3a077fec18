"""Decides how a domain begins: from its stored state, from an older one, or in memory only."""

from collections.abc import Mapping
from typing import Generic, TypeVar

import msgspec

from actors.kernel.actor import AskFailed, Reply
from actors.kernel.message import Message
from actors.kernel.protocol.storage import PERSISTENCE, LoadState, SetStateAside, StateLoaded, Version
from actors.kernel.state.document import Document, Restored, TooNew, TooOld, Unfit, restored
from actors.kernel.state.source import Source
from actors.vocabulary.type_names import durable

LOAD_AGAIN = 5.0
SEE_DOCTOR = "see `supervisor state doctor`"
TRIES = 10
"""Stored states that may prove unusable before the domain begins with a new one."""

S = TypeVar("S", bound=msgspec.Struct)


class LoadDue(Message):
    """Timer of a domain: ask for the stored state once more."""


class Begin(msgspec.Struct, Generic[S], frozen=True):
    """How the domain begins, unless it is running already.

    stored: the version of what is stored, None where that is unknown.
    epoch: the one in which versions count from now on.
    document: what is stored, None for nothing. exact: changes can build on it.
    state: what the domain makes of it. erases: what is stored holds something that had to be forgotten, or may.
    erased: hashes of what was erased, and when (epoch seconds).
    """

    stored: Version | None = None
    epoch: int = 0
    document: Document[S] | None = None
    exact: bool = False
    state: S | None = None
    erases: bool = False
    erased: Mapping[str, float] = {}


@durable("kernel.StateLoader")
class StateLoader(Generic[S]):
    """refused: stored versions that proved unusable. running: the domain has begun, if only in memory."""

    def __init__(self) -> None:
        self.refused: tuple[Version, ...] = ()
        self.running = False

    def load(self, of: Source[S]) -> None:
        """Ask for the newest stored state that was not refused."""
        of.context.ask(PERSISTENCE, LoadState(of.domain, self.refused), "on_loaded", None, of.load_within)

    def loaded(self, of: Source[S], answer: Reply | AskFailed) -> Begin[S] | None:
        """Take the answer to `load`; None when another answer must come first."""
        if isinstance(answer, Reply) and isinstance(answer.message, StateLoaded):
            if answer.message.held:
                return self._restore(of, answer.message)
            why = answer.message.note
        else:
            why = answer.reason if isinstance(answer, AskFailed) else type(answer.message).__name__
        of.context.after(LOAD_AGAIN, LoadDue())
        of.not_stored(
            f"the stored state could not be read ({why}); going on in memory, trying again",
            "look at `supervisor status` for persistence, and at the free space of the disk",
        )
        return Begin()

    def _restore(self, of: Source[S], loaded: StateLoaded) -> Begin[S] | None:
        if not loaded.parts:
            return self._begin(of, None, loaded)
        try:
            found = _read(of, loaded)
        except TooNew as error:
            of.not_stored(f"the stored state is left untouched: {error}; in memory only", "update Gerald")
            return Begin()
        except TooOld as error:
            of.not_stored(f"the stored state is set aside, and a new one begun: {error}", SEE_DOCTOR)
            of.context.ask(PERSISTENCE, SetStateAside(of.domain), "on_loaded", None, of.load_within)
            return None
        except Unfit as error:
            of.not_stored(
                f"the stored state of version {loaded.version} cannot be used ({error})",
                f"an older one is used; {SEE_DOCTOR}",
            )
            self.refused = (*self.refused, loaded.version)
            if len(self.refused) < TRIES:
                self.load(of)
                return None
            return self._begin(of, None, loaded)
        return self._begin(of, found, loaded)

    def _begin(self, of: Source[S], found: Restored[S] | None, loaded: StateLoaded) -> Begin[S]:
        if not self.refused:
            of.stored_again()
        if found is None:
            return Begin(loaded.version, loaded.epoch, erased=loaded.erased)
        kept = of.expired(found.document.state) if loaded.expired else found.document.state
        state = of.forget(kept, loaded.erased) if loaded.erased else kept
        # Whoever erased may have died before all that is older was replaced.
        erases = state is not kept or loaded.older
        return Begin(loaded.version, loaded.epoch, found.document, found.exact, state, erases, loaded.erased)


def _read(of: Source[S], loaded: StateLoaded) -> Restored[S]:
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
