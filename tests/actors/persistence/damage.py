"""A store that was in use and closed in order, ways to damage its files, and what must be found in it afterwards."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from actors.kernel.message import Asker
from actors.kernel.protocol.storage import LoadState, SaveChange, SaveSnapshot, StateLoaded, Version
from actors.kernel.state.document import Document, restored
from actors.kernel.state.patch import difference, pack
from actors.persistence.open_store import open_store
from actors.persistence.requests import StoreRequest
from actors.persistence.store.chain import best
from actors.persistence.store.record import scan
from actors.persistence.store.salvage import sorted_out
from actors.persistence.write_behind import WriteBehind
from config.schema import Storage

DOMAINS = ("users", "system", "conversation")
STORAGE = Storage(map_size=2**20)
REGION = 512


class Notes(msgspec.Struct, frozen=True):
    """The state of every domain here: its version's number, some text, and numbers by name."""

    n: int = 0
    text: str = ""
    numbers: dict[str, int] = {}


def clerk_at(home: Path) -> WriteBehind:
    """The clerk of a home; it opens nothing yet."""
    return WriteBehind(open_store(STORAGE, home), STORAGE)


class Writing:
    """Plays the domains: writes changes and whole copies, and remembers each domain's newest state."""

    def __init__(self, home: Path) -> None:
        self.write_behind = clerk_at(home)
        self.states: dict[str, Notes] = {}
        self.versions: dict[str, Version] = {}
        self._base: dict[str, Version] = {}
        for domain in DOMAINS:
            loaded = load(self.write_behind, domain)
            self.states[domain] = state_of(loaded)
            self.versions[domain] = Version(loaded.epoch, 0)
            self._base[domain] = loaded.version

    def whole(self, domain: str) -> None:
        """Hand over the whole state as a version of its own."""
        self._next(domain, whole=True)

    def change(self, domain: str) -> None:
        """Hand over a change."""
        self._next(domain, whole=False)

    def _next(self, domain: str, whole: bool) -> None:
        old, version = self.states[domain], self.versions[domain]
        version = Version(version.epoch, version.n + 1)
        new = Notes(old.n + 1, f"{domain} {old.n + 1} " * 20, {**old.numbers, f"k{old.n % 7}": old.n})
        if whole:
            payload = msgspec.msgpack.encode(Document(new))
            message: SaveSnapshot | SaveChange = SaveSnapshot(domain, 1, version, 0, 1, payload)
        else:
            patch = pack(difference(Document(old), Document(new)))
            message = SaveChange(domain, 1, self._base[domain], version, patch)
        self.write_behind.work((StoreRequest(message, Asker(domain, "1")),))
        self.states[domain], self.versions[domain], self._base[domain] = new, version, version

    def close(self) -> None:
        self.write_behind.work((StoreRequest(None, Asker("", "")),))
        self.write_behind.close()


def prepare(home: Path, between: Callable[[], None] = lambda: None) -> dict[str, Notes]:
    """Two lives of a store, each closed in order; `between` is called after the first. The newest states."""
    for life in range(2):
        writing = Writing(home)
        for domain in DOMAINS:
            for _ in range(2):
                writing.whole(domain)
                for _ in range(4):
                    writing.change(domain)
        writing.close()
        if life == 0:
            between()
    return writing.states


def load(write_behind: WriteBehind, domain: str) -> StateLoaded:
    """What a domain would be given."""
    outcomes = write_behind.work((StoreRequest(LoadState(domain), Asker(domain, "1")),))
    (loaded,) = (o.message for o in outcomes if isinstance(o.message, StateLoaded))
    return loaded


def state_of(loaded: StateLoaded) -> Notes:
    if not loaded.parts:
        return Notes()
    changes = ((change.schema, change.patch) for change in loaded.changes)
    return restored(Document(Notes()), loaded.parts, changes).document.state


def files_of(home: Path) -> tuple[Path, ...]:
    """Every file of the store but LMDB's lock, which holds nothing."""
    found = (path for path in (home / "data").rglob("*") if path.is_file() and path.name != "lock.mdb")
    return tuple(sorted(found))


def reachable(home: Path, domain: str) -> Version:
    """The newest version that the bytes of all files still lead to, without asking the store."""
    found = [
        record for path in files_of(home) for record in scan(path.read_bytes()) if record.domain == domain
    ]
    saved = sorted_out(found)
    chain, _ = best(saved.snapshots, saved.changes)
    return chain.version if chain is not None else Version()


def flipped(data: bytes, start: int) -> bytes:
    at = min(start + REGION // 3, len(data) - 1)
    return data[:at] + bytes((data[at] ^ 0x5A,)) + data[at + 1 :]


def zeroed(data: bytes, start: int) -> bytes:
    return data[:start] + bytes(len(data[start : start + REGION])) + data[start + REGION :]


def truncated(data: bytes, start: int) -> bytes:
    return data[:start]


def regions(path: Path, step: int = 1, offset: int = 0) -> Iterator[int]:
    yield from range(offset * REGION, path.stat().st_size, step * REGION)


def copy_of(home: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to)
    return to


def check(home: Path, newest: dict[str, Notes], what: str) -> None:
    """Every domain is given the newest state that is still there, or something is said."""
    expected = {domain: reachable(home, domain) for domain in DOMAINS}
    write_behind = clerk_at(home)
    for domain in DOMAINS:
        loaded = load(write_behind, domain)
        assert loaded.held, (what, domain, loaded.note)
        assert loaded.version >= expected[domain], (what, domain, loaded.version, expected[domain])
        state = state_of(loaded)
        if state != newest[domain]:
            assert state.n < newest[domain].n
            said = " ".join(write_behind.health.damage.values())
            of_all = any(word in said for word in ("database", "replaced", "could not be used"))
            assert write_behind.health.damage.get(domain) or of_all, (what, domain, "silence")
    write_behind.close()
