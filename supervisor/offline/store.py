"""What is stored in a home, for commands that need no running instance: opened under the lock of one."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document
from actors.kernel.state.domain import DomainActor
from actors.persistence.open_store import open_store
from actors.persistence.recovery.check import REPAIR, Case
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.database import Transaction
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.persistence.store.manifest import DATA
from actors.persistence.store.probe import why_unsound
from actors.persistence.store.record import Damaged, unpack
from actors.persistence.store.store import Store
from config.home import Home
from config.layers.fallback import fall_back
from config.layers.last_good import read_last_good
from config.layers.source import ConfigSource
from config.schema import Config
from config.secrets.key_file import EncryptionKeyError
from supervisor.encryption import open_own
from supervisor.exit_status import ALREADY_RUNNING, FAILED, UNREADABLE, CommandRefused
from supervisor.instance import AlreadyRunning, Claim
from supervisor.offline.schemas import actor_of, document_of, parts_of
from supervisor.tree import DOMAINS

__all__ = [
    "OfflineStore",
    "Told",
    "alone",
    "configuration",
    "offline_store",
    "sealing_of",
    "stored_states",
    "unless_used",
]


class Told(msgspec.Struct, frozen=True):
    """A domain's state as it is stored, in today's form."""

    domain: str
    version: Version
    schema: int
    document: Document[Any]


class OfflineStore(msgspec.Struct, frozen=True):
    """A home's store, and what the configuration says of it."""

    home: Home
    config: Config
    store: Store
    sealing: StoreEncryption

    def actor(self, domain: str) -> DomainActor[Any]:
        """One that does not run, and knows what its state looks like."""
        return actor_of(domain, self.config, self.home.path)

    def in_files(self, domain: str) -> bool:
        return self.config.storage.domains.of(domain).backend == "file"

    def case(self, *, used: bool) -> Case:
        """For the doctor."""
        return Case(self.store, tuple(DOMAINS), self.in_files, self.fits, self.sealing, used)

    def fits(self, domain: str, chain: Chain) -> str:
        """Why what is stored of a domain is no state of it; "" when it is."""
        if domain not in DOMAINS:
            return ""
        try:
            document_of(self.actor(domain), chain)
        except StateError as error:
            return str(error)
        return ""

    def rewrite(self, domain: str, chain: Chain) -> Snapshot | None:
        """The state whole, in today's form, without whom it was to forget; None for a domain that nobody knows. Raises
        StateError."""
        if domain not in DOMAINS:
            return None
        actor = self.actor(domain)
        document = document_of(actor, chain).document
        state = actor.forget(document.state, self.store.tombstones())
        parts = parts_of(actor, msgspec.structs.replace(document, state=state))
        return Snapshot(domain, actor.schema, chain.version, chain.saved_at, parts)

    def told(self, domain: str) -> Told | None:
        """The stored state without whom it was to forget; None for none. Changes nothing. Raises StoreError, or
        StateError."""
        chain = self._peeked(domain)
        actor = self.actor(domain)
        if chain is None:
            return None
        document = document_of(actor, chain).document
        state = actor.forget(document.state, self._tombstones())
        return Told(domain, chain.version, actor.schema, msgspec.structs.replace(document, state=state))

    def _peeked(self, domain: str) -> Chain | None:
        """A home that was never started gets no database by being looked at."""
        in_files = self.in_files(domain)
        if self._is_there:
            return self.store.peek(domain, in_files=in_files)
        copies = self.store.files.load(domain, touch=False).snapshots if in_files and self.store.files else ()
        return best(copies, ())[0]

    def _tombstones(self) -> Mapping[str, float]:
        return self.store.database.read("reading who is forgotten", _tombstones) if self._is_there else {}

    @property
    def _is_there(self) -> bool:
        return (self.store.database.path / DATA).exists()

    def why_not(self) -> str:
        """Why the database cannot be read; "" when it can, or there is none yet."""
        return why_unsound(self.store.database.path) if self._is_there else ""


def _tombstones(txn: Transaction) -> Mapping[str, float]:
    found = {}
    for key, data in txn.items("grave/"):
        with contextlib.suppress(Damaged):
            found[key.partition("/")[2]] = unpack(data, "").saved_at
    return found


def configuration(home: Home) -> Config:
    """The home's configuration, as a start would take it. Raises Refused when it cannot be read."""
    reading, last_good = ConfigSource(home, None, (), dict(os.environ)).read(), read_last_good(home)
    if reading.result is not None:
        return fall_back(reading.result, last_good)[0]
    config = last_good.config() if last_good is not None else None
    if config is None:
        raise CommandRefused(UNREADABLE, "the configuration cannot be read; see `supervisor config check`")
    return config


@contextlib.contextmanager
def offline_store(home: Home, *, writes: bool = False, make_key: bool = False) -> Iterator[OfflineStore]:
    """The home's store, not opened yet, and closed at the end. Raises Refused when it fails, or cannot be decrypted.
    writes: something will be written, encrypted where that is wanted. make_key: something else is to be encrypted."""
    config = configuration(home)
    try:
        sealing = sealing_of(home, config, writes=writes, make_key=make_key)
    except EncryptionKeyError as trouble:
        raise CommandRefused(FAILED, f"{trouble} {trouble.hint}".strip()) from None
    store = open_store(config.storage, home.path, sealing)
    try:
        yield OfflineStore(home, config, store, sealing)
    except StoreError as error:
        raise CommandRefused(FAILED, f"{error} -> {error.remedy}") from None
    except StateError as error:
        raise CommandRefused(
            FAILED, f"what is stored is not used: {error}; see `supervisor state doctor`"
        ) from None
    finally:
        store.close()


@contextlib.contextmanager
def alone(home: Home, doing: str) -> Iterator[None]:
    """Nothing runs in the home meanwhile. Raises Refused when something does."""
    try:
        claim = Claim(home.path)
    except AlreadyRunning as error:
        raise CommandRefused(
            ALREADY_RUNNING, f"{error}: stop it with `supervisor stop` for {doing}, and start it again then"
        ) from None
    except OSError as error:
        raise CommandRefused(
            UNREADABLE, f"the data folder {home.data} cannot be used: {error.strerror or error}"
        ) from None
    try:
        yield
    finally:
        claim.release()


@contextlib.contextmanager
def unless_used(home: Home) -> Iterator[bool]:
    """True when something runs in the home; else nothing starts there meanwhile, as far as that can be seen to."""
    claim = None
    try:
        claim = Claim(home.path) if home.data.is_dir() else None
    except AlreadyRunning:
        yield True
        return
    except OSError:
        pass  # a home that takes no writes has no lock either
    try:
        yield False
    finally:
        if claim is not None:
            claim.release()


def sealing_of(
    home: Home, config: Config, *, writes: bool = False, make_key: bool = False
) -> StoreEncryption:
    """What opens what is stored, and with `writes` encrypts it where that is wanted. make_key: there is to be a key in
    any case. Raises EncryptionKeyError."""
    wanted = config.storage.encrypt
    if not (home.data_key_file.exists() or (wanted and writes) or make_key):
        return PLAIN
    return StoreEncryption(open_own(home, config.storage, os.environ, make=make_key), writes=wanted)


def stored_states(home: Home, domains: tuple[str, ...]) -> tuple[Told, ...]:
    """What is stored of these, of those that have anything stored. Raises Refused when it cannot be read or is in
    use."""
    with unless_used(home) as used, offline_store(home) as found:
        if used:
            raise CommandRefused(
                ALREADY_RUNNING, f"another process runs in {home.path}, and cannot be asked yet; try again"
            )
        if why := found.why_not():
            raise CommandRefused(FAILED, f"{found.store.database.path} cannot be read: {why}; see `{REPAIR}`")
        return tuple(told for domain in domains if (told := found.told(domain)) is not None)
