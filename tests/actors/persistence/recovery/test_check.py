"""Examining a store that is damaged for real, and mending it."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from actors.kernel.errors import StateError
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document, Unfit, restored
from actors.persistence.open_store import open_store
from actors.persistence.recovery.check import Case, StoreReport, examine
from actors.persistence.recovery.quarantine import prune
from actors.persistence.recovery.repair import Mended, repair
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.database import Transaction
from actors.persistence.store.record import Kind, Record, pack
from actors.persistence.store.store import Batch, Store
from tests.actors.persistence.damage import (
    DOMAINS,
    STORAGE,
    Notes,
    Writing,
    check,
    clerk_at,
    copy_of,
    files_of,
    flipped,
    load,
    prepare,
    reachable,
    regions,
    state_of,
    truncated,
    zeroed,
)


def opened(chain: Chain) -> Notes:
    changes = ((change.schema, change.payload) for change in chain.changes)
    found = restored(Document(Notes()), chain.snapshot.parts, changes).document.state
    if found.n == 13:
        raise Unfit("thirteen is no number")
    return found


def fits(domain: str, chain: Chain) -> StateError | None:
    try:
        opened(chain)
    except Unfit as error:
        return error
    return None


def rewrite(domain: str, chain: Chain) -> Snapshot:
    part = msgspec.msgpack.encode(Document(opened(chain)))
    return Snapshot(domain, 1, chain.version, chain.saved_at, (part,))


def store_at(home: Path) -> Store:
    return open_store(STORAGE, home)


def seen(home: Path, *, used: bool = False) -> StoreReport:
    return examine(Case(store_at(home), DOMAINS, fits, home / "data" / "backups", used=used))


def mended(home: Path) -> tuple[Mended, ...]:
    return repair(store_at(home), DOMAINS, rewrite)


def change(home: Path, do: Callable[[Transaction], object]) -> None:
    """Do something to the database, and close it in order, as if nothing had happened."""
    store = store_at(home)
    store.read_tombstones()
    store.database.change("testing", do)
    store.close()


def words(report: StoreReport) -> str:
    found = [damage.what for damage in report.damage]
    return " ".join([*found, *(damage.what for domain in report.domains for damage in domain.damage)])


def bytes_of(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in files_of(home)}


def test_a_home_that_was_never_started_is_fine_and_gets_nothing(tmp_path: Path) -> None:
    report = seen(tmp_path)
    assert report.fine
    assert [domain.version for domain in report.domains] == [None] * len(DOMAINS)
    assert not list(tmp_path.iterdir())


def test_a_sound_store_is_told_of_and_not_changed(tmp_path: Path) -> None:
    newest = prepare(tmp_path)
    before = bytes_of(tmp_path)
    report = seen(tmp_path)
    assert report.fine, words(report)
    assert bytes_of(tmp_path) == before
    by_name = {domain.domain: domain for domain in report.domains}
    assert set(by_name) == set(DOMAINS)
    assert by_name["users"].version == Version(2, 10)
    assert by_name["users"].changes == 4
    assert by_name["users"].copies == by_name["users"].files == 2
    assert by_name["system"].files == 0
    assert all(domain.size > 0 and domain.saved_at > 0 for domain in report.domains)
    check(tmp_path, newest, "after examining")


@pytest.mark.slow
@pytest.mark.parametrize("how", [flipped, zeroed, truncated])
def test_whatever_is_lost_is_told_and_a_repair_saves_what_is_there(
    tmp_path: Path, how: Callable[[bytes, int], bytes]
) -> None:
    newest = prepare(tmp_path / "sound")
    damaged = 0
    for path in files_of(tmp_path / "sound"):
        for start in regions(path, step=max(1, path.stat().st_size // 512 // 6)):
            home = copy_of(tmp_path / "sound", tmp_path / "broken")
            place = home / path.relative_to(tmp_path / "sound")
            place.write_bytes(how(place.read_bytes(), start))
            what = f"{how.__name__} {path.name} at {start}"
            before = bytes_of(home)
            report = seen(home)
            assert bytes_of(home) == before, what
            expected = {domain: reachable(home, domain) for domain in DOMAINS}
            if report.fine:
                write_behind = clerk_at(home)
                assert {domain: state_of(load(write_behind, domain)) for domain in DOMAINS} == newest, what
                assert not write_behind.health.damage, (what, write_behind.health.damage)
                write_behind.close()
                continue
            damaged += 1
            by_name = {m.domain: m for m in mended(home)}
            for domain in DOMAINS:
                assert (by_name[domain].found or Version()) >= expected[domain], (what, domain)
            after = seen(home)
            assert after.fine, (what, words(after))
            write_behind = clerk_at(home)
            for domain in DOMAINS:
                loaded = load(write_behind, domain)
                state = state_of(loaded)
                assert state == newest[domain] or state.n < newest[domain].n, (what, domain)
                assert not write_behind.health.damage.get(domain), (what, write_behind.health.damage)
            write_behind.close()
    assert damaged


def test_a_damaged_copy_is_named_and_the_one_before_it_is_written_anew(tmp_path: Path) -> None:
    prepare(tmp_path)

    def spoil(txn: Transaction) -> None:
        for key in txn.keys("copy/system/"):
            data = txn.get(key) or b""
            txn.put(key, data[:-1] + bytes((data[-1] ^ 1,)))

    change(tmp_path, spoil)
    report = seen(tmp_path)
    assert "the snapshot copy/system/0 is damaged" in words(report)
    assert [domain.domain for domain in report.domains if domain.damage] == ["system"]
    (system,) = (m for m in mended(tmp_path) if m.domain == "system")
    assert system.lost
    after = seen(tmp_path)
    assert after.fine, words(after)
    assert any(left.key.startswith("corrupt/system/") for left in after.leftovers)


def test_what_was_set_aside_can_be_removed(tmp_path: Path) -> None:
    prepare(tmp_path)
    file = sorted((tmp_path / "data" / "state" / "users").glob("*.state"))[-1]
    file.write_bytes(b"spoilt")
    change(tmp_path, lambda txn: txn.put("log/users/999999999999.000000000001", b"spoilt"))
    for name in ("state.lmdb.corrupt.1", "state.lmdb.before-restore-1", "state.before-restore-1"):
        (tmp_path / "data" / name).mkdir()
    mended(tmp_path)
    report = seen(tmp_path)
    kinds = {bool(left.path) for left in report.leftovers}
    assert kinds == {True, False}
    assert report.fine
    store = store_at(tmp_path)
    prune(store, report.leftovers)
    store.close()
    assert seen(tmp_path).leftovers == ()
    assert seen(tmp_path).fine
    assert not [*(tmp_path / "data").rglob("*.corrupt.*"), *(tmp_path / "data").rglob("*.before-restore-*")]


def test_a_repair_writes_the_copies_in_files_too(tmp_path: Path) -> None:
    prepare(tmp_path)
    for file in (tmp_path / "data" / "state" / "users").glob("*.state"):
        file.write_bytes(b"spoilt")
    mended(tmp_path)
    (users,) = (domain for domain in seen(tmp_path).domains if domain.domain == "users")
    assert users.files == 1


def test_changes_that_follow_on_nothing_are_damage(tmp_path: Path) -> None:
    prepare(tmp_path)
    lost = Record(Kind.CHANGE, "system", 1, Version(2, 99), 0.0, b"\x90", base=Version(2, 98))
    change(tmp_path, lambda txn: txn.put("log/system/000000000002.000000000099", pack(lost)))
    assert "1 of its changes follow on nothing" in words(seen(tmp_path))
    mended(tmp_path)
    assert seen(tmp_path).fine


def test_a_damaged_epoch_and_a_damaged_grave_are_damage(tmp_path: Path) -> None:
    prepare(tmp_path)
    store = store_at(tmp_path)
    store.write(Batch(tombstones={"a" * 32: 1.0, "b" * 32: 1.0}))
    store.close()
    assert seen(tmp_path).tombstones == 2
    change(tmp_path, lambda txn: (txn.put("epoch/system", b"?"), txn.put("grave/" + "a" * 32, b"?")))
    report = seen(tmp_path)
    assert "the number of its epoch is damaged" in words(report)
    assert "grave/aaaa" in words(report)
    assert report.tombstones == 1
    mended(tmp_path)
    assert seen(tmp_path).fine
    assert seen(tmp_path).tombstones == 1


def test_a_state_that_is_whole_and_yet_of_no_use_gives_way_to_the_one_before(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    for _ in range(12):
        writing.whole("system")
    writing.whole("system")  # the thirteenth
    writing.close()
    assert "cannot be used: thirteen" in words(seen(tmp_path))
    (system,) = (m for m in mended(tmp_path) if m.domain == "system")
    assert system.found == Version(1, 12)
    assert any("thirteen" in what for what in system.lost)
    assert seen(tmp_path).fine
    write_behind = clerk_at(tmp_path)
    assert state_of(load(write_behind, "system")).n == 12
    write_behind.close()


def test_an_older_database_put_in_place_is_noticed(tmp_path: Path) -> None:
    database = tmp_path / "data" / "state.lmdb" / "data.mdb"
    older: list[bytes] = []
    prepare(tmp_path, between=lambda: older.append(database.read_bytes()))
    database.write_bytes(older[0])
    report = seen(tmp_path)
    assert "when it was last closed" in words(report)
    assert "older than the snapshots in files" in words(report)
    mended(tmp_path)
    assert seen(tmp_path).fine


def test_a_witness_that_says_nothing_any_more_is_damage(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "data" / "state.lmdb" / "witness.json").write_bytes(b"?")
    assert "its manifest is damaged" in words(seen(tmp_path))
    mended(tmp_path)
    assert seen(tmp_path).fine


def test_what_was_written_by_a_later_version_is_not_judged(tmp_path: Path) -> None:
    prepare(tmp_path)
    change(tmp_path, lambda txn: txn.put("format", b"99"))
    report = seen(tmp_path)
    assert "a later version of Gerald (store format 99)" in words(report)
    assert report.damage[0].remedy == "update Gerald"


def test_a_store_in_use_is_examined_as_of_a_moment(tmp_path: Path) -> None:
    writing = Writing(tmp_path)
    for domain in DOMAINS:
        writing.whole(domain)
    for _ in range(3):
        writing.change("system")
        report = seen(tmp_path, used=True)
        assert report.fine, words(report)
    (system,) = (domain for domain in report.domains if domain.domain == "system")
    assert system.version == Version(1, 4)
    writing.change("system")
    writing.close()
    assert seen(tmp_path).fine
