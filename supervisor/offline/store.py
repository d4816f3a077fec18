"""A home's store, for commands that work without an instance."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document
from actors.kernel.state.domain import DomainActor
from actors.persistence.backup.backups import Backups
from actors.persistence.open_store import open_backups, open_store
from actors.persistence.recovery.check import REPAIR, Case
from actors.persistence.store.chain import Chain, Snapshot, best
from actors.persistence.store.encryption import PLAIN, StoreEncryption
from actors.persistence.store.errors import StoreError
from actors.persistence.store.manifest import DATA
from actors.persistence.store.probe import why_unsound
from actors.persistence.store.store import Store
from config.home import Home
from config.layers.fallback import fall_back
from config.layers.last_good import read_last_good
from config.layers.source import ConfigSource
from config.ownership import trouble
from config.schema import Config
from config.secrets.key_file import EncryptionKeyError
from supervisor.encryption import open_own
from supervisor.exit_status import ALREADY_RUNNING, FAILED, UNREADABLE, CommandRefused
from supervisor.instance import AlreadyRunning, Claim
from supervisor.offline.schemas import actor_of, document_of, parts_of
from supervisor.tree import DOMAINS


class StoredState(msgspec.Struct, frozen=True):
    """A domain's stored state, migrated to today's schema version."""

    domain: str
    version: Version
    schema: int
    document: Document[Any]


class OfflineStore(msgspec.Struct, frozen=True):
    """A home's store and configuration."""

    home: Home
    config: Config
    store: Store
    encryption: StoreEncryption

    def actor(self, domain: str) -> DomainActor[Any]:
        """The actor of `domain`, not started: it defines the state's schema."""
        return actor_of(domain, self.config, self.home.path)

    @property
    def backups(self) -> Backups:
        """The home's backups."""
        return open_backups(self.config.storage, self.home.path, self.encryption)

    def case(self, *, used: bool) -> Case:
        """The input of `supervisor state doctor`. used: another process has the store open."""
        return Case(self.store, tuple(DOMAINS), self.fits, self.backups.folder, self.encryption, used)

    def fits(self, domain: str, chain: Chain) -> StateError | None:
        """Why a domain cannot use a chain; None if it can, or the domain is unknown."""
        try:
            if domain in DOMAINS:
                document_of(self.actor(domain), chain)
        except StateError as error:
            return error
        return None

    def rewrite(self, domain: str, chain: Chain) -> Snapshot | None:
        """The state as a snapshot in today's schema version, without erased people; None for an unknown domain. Raises
        StateError."""
        if domain not in DOMAINS:
            return None
        actor = self.actor(domain)
        document = document_of(actor, chain).document
        state = actor.forget(document.state, self.store.read_tombstones())
        parts = parts_of(actor, msgspec.structs.replace(document, state=state))
        return Snapshot(domain, actor.schema, chain.version, chain.saved_at, parts)

    def state(self, domain: str) -> StoredState | None:
        """The stored state without erased people, or None. Changes nothing. Raises StoreError or StateError."""
        tombstones: Mapping[str, float] = {}
        if self._is_there:
            chain, tombstones = self.store.peek(domain), self.store.tombstones.read()
        else:  # reading must not create a database
            snapshots = self.store.backend(domain).load_from_files(domain, touch=False).snapshots
            chain = best(snapshots, ())[0]
        if chain is None:
            return None
        actor = self.actor(domain)
        document = document_of(actor, chain).document
        document = msgspec.structs.replace(document, state=actor.forget(document.state, tombstones))
        return StoredState(domain, chain.version, actor.schema, document)

    @property
    def _is_there(self) -> bool:
        return (self.store.database.path / DATA).exists()

    def why_not(self) -> str:
        """Why the database cannot be read; "" if it can, or there is none yet."""
        return why_unsound(self.store.database.path) if self._is_there else ""


def configuration(home: Home) -> Config:
    """The configuration that a start would use. Raises CommandRefused when it cannot be read."""
    reading, last_good = ConfigSource(home, None, (), dict(os.environ)).read(), read_last_good(home)
    if reading.result is not None:
        return fall_back(reading.result, last_good)[0]
    config = last_good.config() if last_good is not None else None
    if config is None:
        raise CommandRefused(UNREADABLE, "the configuration cannot be read; see `supervisor config check`")
    return config


@contextlib.contextmanager
def offline_store(home: Home, *, writes: bool = False, make_key: bool = False) -> Iterator[OfflineStore]:
    """The home's store, opened by its first call and closed at the end. Raises CommandRefused when it fails or cannot
    be decrypted. writes: it will be written. make_key: something else will be encrypted."""
    config = configuration(home)
    try:
        encryption = encryption_of(home, config, writes=writes, make_key=make_key)
    except EncryptionKeyError as trouble:
        raise CommandRefused(FAILED, f"{trouble} {trouble.hint}".strip()) from None
    store = open_store(config.storage, home.path, encryption)
    try:
        yield OfflineStore(home, config, store, encryption)
    except StoreError as error:
        raise CommandRefused(FAILED, f"{error} -> {error.remedy}") from None
    except StateError as error:
        why = f"what is stored cannot be used: {error}; see `supervisor state doctor`"
        raise CommandRefused(FAILED, why) from None
    finally:
        store.close()


@contextlib.contextmanager
def exclusive(home: Home, doing: str) -> Iterator[None]:
    """Lock the home. Raises CommandRefused while an instance or another command runs there."""
    try:
        claim = Claim(home.path)
    except AlreadyRunning as error:
        why = f"{error}: stop it with `supervisor stop` for {doing}, and start it again after that"
        raise CommandRefused(ALREADY_RUNNING, why) from None
    except OSError as error:
        why = f"the data folder {home.data} cannot be used: {trouble(error)}"
        raise CommandRefused(UNREADABLE, why) from None
    try:
        yield
    finally:
        claim.release()


@contextlib.contextmanager
def shared(home: Home) -> Iterator[bool]:
    """True if something runs in the home; else the home is locked meanwhile, if it can be."""
    claim = None
    try:
        claim = Claim(home.path) if home.data.is_dir() else None
    except AlreadyRunning:
        yield True
        return
    except OSError:
        pass  # a read-only home cannot be locked
    try:
        yield False
    finally:
        if claim is not None:
            claim.release()


def encryption_of(
    home: Home, config: Config, *, writes: bool = False, make_key: bool = False
) -> StoreEncryption:
    """Decrypts the store; with `writes` and `storage.encrypt`, also encrypts it. make_key: make a key if there is none.
    Raises EncryptionKeyError."""
    wanted = config.storage.encrypt
    if not (home.data_key_file.exists() or (wanted and writes) or make_key):
        return PLAIN
    return StoreEncryption(open_own(home, config.storage, os.environ, make=make_key), writes=wanted)


def stored_states(home: Home, domains: tuple[str, ...]) -> tuple[StoredState, ...]:
    """The stored states of these domains. Raises CommandRefused when one cannot be read, or the store is in use."""
    with shared(home) as used, offline_store(home) as found:
        if used:
            why = f"another process runs in {home.path}, and does not answer yet; try again"
            raise CommandRefused(ALREADY_RUNNING, why)
        if why := found.why_not():
            raise CommandRefused(FAILED, f"{found.store.database.path} cannot be read: {why}; see `{REPAIR}`")
        return tuple(state for domain in domains if (state := found.state(domain)) is not None)
