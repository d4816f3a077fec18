"""Does what the domains ask of the store, a batch at a time, and keeps in memory what the disk would not take.

Never raises because of the disk: what went wrong is said in the answers, in `trouble` and in `damage`.
"""

import logging
import time
from collections.abc import Mapping, Sequence

import msgspec

from actors.kernel.message import Asker, Message
from actors.kernel.protocol import Committed, LoadState, SaveFailed, SaveState, StateLoaded, Version
from actors.persistence.record import Record, record
from actors.persistence.store import Store
from actors.persistence.trouble import StoreError

__all__ = ["Clerk", "Outcome", "Request"]

log = logging.getLogger(__name__)

LONGEST_NAME = 200
LARGEST = 2**30
"""Bytes of one state at most."""


class Request(msgspec.Struct, frozen=True):
    """What an actor asked, and whom to answer; None asks whether the disk is well. cause: the asking message's id."""

    message: LoadState | SaveState | None
    asker: Asker
    cause: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """An answer, and whose it is."""

    asker: Asker
    message: Message


class Clerk:
    """The store's one user. trouble: why the disk does not work, None when it does. damage: by domain, what was found
    broken and set aside, until the domain's state is written again."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.trouble: StoreError | None = None
        self.damage: Mapping[str, str] = {}
        self._due: dict[str, Record] = {}
        self._kept: dict[str, Record] = {}
        self._unread: set[str] = set()
        self._refused: set[str] = set()
        self._epochs: dict[str, int] = {}

    def work(self, requests: Sequence[Request]) -> tuple[Outcome, ...]:
        """Answer every request: all saves in one transaction, then the loads."""
        self._mind_the_file()
        outcomes: list[Outcome] = []
        accepted: list[tuple[Request, SaveState]] = []
        for request in requests:
            if isinstance(request.message, SaveState):
                why = self._refusal(request.message)
                if why:
                    outcomes.append(Outcome(request.asker, _failed(request.message, why)))
                else:
                    self._take(request.message)
                    accepted.append((request, request.message))
        written = self._flush(check=any(request.message is None for request in requests))
        for request, save in accepted:
            done = Committed(save.domain, save.version) if written else _failed(save, str(self.trouble))
            outcomes.append(Outcome(request.asker, done))
        for request in requests:
            if isinstance(request.message, LoadState):
                outcomes.append(Outcome(request.asker, self._load(request.message.domain)))
        return tuple(outcomes)

    @property
    def unwritten(self) -> tuple[str, ...]:
        """The domains whose newest state is in memory only."""
        return (*self._due, *sorted(self._refused - self._due.keys()))

    # -- saving

    def _mind_the_file(self) -> None:
        """A database that was removed under us is begun anew, with all that is known here."""
        if self.store.database.vanished:
            self._report(
                "", f"{self.store.database.path} was removed while in use; its states are written anew"
            )
            self.store.close()
            self._due = {**self._kept, **self._due}

    def _refusal(self, save: SaveState) -> str:
        """Why this state must not be written; "" when it may."""
        if not 0 < len(save.domain.encode()) <= LONGEST_NAME:
            return f"a domain's name has 1 to {LONGEST_NAME} bytes, not {len(save.domain.encode())}"
        if len(save.payload) > LARGEST:
            return f"the state has {len(save.payload)} bytes; at most {LARGEST} are kept"
        if save.domain not in self._unread and save.version.epoch:
            return ""
        self._refused.add(save.domain)
        # This state began from nothing because the stored one could not be read: it must not take its place.
        try:
            stored = self.store.peek(save.domain)
        except StoreError as error:
            self._stumble(error)
            return str(error)
        if stored is not None and stored.version.epoch != save.version.epoch:
            return f"the stored state of {save.domain} could not be read at start and is kept; restart it to load it"
        self._unread.discard(save.domain)
        self._refused.discard(save.domain)
        return ""

    def _take(self, save: SaveState) -> None:
        waiting = self._due.get(save.domain)
        if waiting is None or save.version > waiting.version:
            self._due[save.domain] = record(save.domain, save.schema, save.version, time.time(), save.payload)

    def _flush(self, check: bool) -> bool:
        """Write what is due; True when nothing is left to write."""
        if not self._due and not check:
            return True
        try:
            if self._due:
                self.store.write(tuple(self._due.values()))
            else:
                self.store.check()
        except StoreError as error:
            self._stumble(error)
            return False
        if self._due:
            self.damage = {
                domain: what for domain, what in self.damage.items() if domain and domain not in self._due
            }
        for domain, new in self._due.items():
            kept = self._kept.get(domain)
            if kept is None or new.version > kept.version:
                self._kept[domain] = new
        self._due.clear()
        self.trouble = None
        return True

    # -- loading

    def _load(self, domain: str) -> StateLoaded:
        above = self._epochs.get(domain, 0)
        note = ""
        try:
            loaded = self.store.load(domain, above)
        except StoreError as error:
            self._stumble(error)
            newest, epoch = self._recall(domain), max(above + 1, int(time.time()))
            note = f"not from the disk: {error}"
        else:
            newest, epoch = loaded.record, loaded.epoch
            self._unread.discard(domain)
            self._refused.discard(domain)
            if not self._due:
                self.trouble = None
            if loaded.set_aside:
                note = _damaged(loaded.set_aside, newest)
                self._report(domain, f"{self.store.database.path}: {note}")
            if newest is not None:
                self._kept[domain] = newest
        if self.store.database.notice:
            self._report("", self.store.database.notice)
            self.store.database.notice = ""
        due = self._due.get(domain)
        if due is not None and (newest is None or due.version > newest.version):
            newest, epoch = due, max(epoch, due.version.epoch + 1)
        self._epochs[domain] = epoch
        if newest is None:
            return StateLoaded(domain, b"", epoch, Version(), note)
        return StateLoaded(domain, newest.payload, epoch, newest.version, note)

    def _recall(self, domain: str) -> Record | None:
        """The newest state that can be had while nothing can be written."""
        if domain in self._kept:
            return self._kept[domain]
        try:
            return self.store.peek(domain)
        except StoreError:
            self._unread.add(domain)
            return None

    # -- reporting

    def _stumble(self, error: StoreError) -> None:
        if self.trouble is None:
            log.warning("%s; going on in memory", error)
        self.trouble = error

    def _report(self, domain: str, what: str) -> None:
        log.warning("%s", what)
        # Replaced whole: another thread reads it.
        self.damage = {**self.damage, domain: what}


def _failed(save: SaveState, why: str) -> SaveFailed:
    return SaveFailed(save.domain, save.version, why)


def _damaged(set_aside: tuple[str, ...], newest: Record | None) -> str:
    what = f"damaged, set aside as {' and '.join(set_aside)}"
    if newest is None:
        return f"{what}; no other generation is there, so it begins anew"
    return f"{what}; the valid one of {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(newest.saved_at))} is used"
