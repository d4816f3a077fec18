"""The clerk's decisions when the disk fails: nothing is lost, and nothing that was never read is overwritten."""

from pathlib import Path

from actors.kernel.message import Asker, Message
from actors.kernel.protocol import Committed, LoadState, SaveFailed, SaveState, StateLoaded, Version
from actors.persistence.clerk import LARGEST, Clerk, Request
from actors.persistence.database import Database
from actors.persistence.record import record
from actors.persistence.store import Store

MIB = 2**20


def work(clerk: Clerk, *messages: SaveState | LoadState | None) -> tuple[Message, ...]:
    outcomes = clerk.work([Request(m, Asker("asker", f"asker/1/{i}")) for i, m in enumerate(messages)])
    return tuple(outcome.message for outcome in outcomes)


def save(epoch: int, n: int, domain: str = "users", payload: bytes = b"") -> SaveState:
    return SaveState(domain, 1, Version(epoch, n), payload or f"{epoch}.{n}".encode())


def blocked(tmp_path: Path) -> Clerk:
    """A clerk whose folder cannot be made, as long as the file `data` is there."""
    (tmp_path / "data").write_text("in the way")
    return Clerk(Store(Database(tmp_path / "data" / "state.lmdb", MIB)))


def loaded(messages: tuple[Message, ...]) -> StateLoaded:
    (message,) = messages
    assert isinstance(message, StateLoaded)
    return message


def test_saves_of_several_domains_are_committed_each_in_its_version(clerk: Clerk) -> None:
    assert work(clerk, save(1, 1), save(1, 3, "world"), save(1, 2)) == (
        Committed("users", Version(1, 1)),
        Committed("world", Version(1, 3)),
        Committed("users", Version(1, 2)),
    )
    assert loaded(work(clerk, LoadState("users"))).payload == b"1.2"


def test_a_load_sees_the_saves_handed_over_before_it(clerk: Clerk) -> None:
    assert work(clerk, save(1, 1), LoadState("users"))[1] == StateLoaded("users", b"1.1", 2, Version(1, 1))


def test_an_older_version_is_acknowledged_but_does_not_replace_the_newer(clerk: Clerk) -> None:
    work(clerk, save(2, 5))
    assert work(clerk, save(2, 4)) == (Committed("users", Version(2, 4)),)
    assert loaded(work(clerk, LoadState("users"))).payload == b"2.5"


def test_while_the_disk_fails_the_newest_is_kept_and_written_when_it_heals(tmp_path: Path) -> None:
    clerk = blocked(tmp_path)
    epoch = loaded(work(clerk, LoadState("users"))).epoch
    for n in (1, 2):
        (failed,) = work(clerk, save(epoch, n))
        assert isinstance(failed, SaveFailed)
        assert "state.lmdb" in failed.why
    assert clerk.trouble is not None
    assert work(clerk, None) == ()
    assert clerk.trouble is not None
    (tmp_path / "data").unlink()
    assert work(clerk, save(epoch, 3)) == (Committed("users", Version(epoch, 3)),)
    assert clerk.trouble is None
    clerk.store.close()
    assert loaded(work(clerk, LoadState("users"))).payload == f"{epoch}.3".encode()
    clerk.store.close()


def test_what_failed_is_written_without_being_asked_again(clerk: Clerk) -> None:
    work(clerk, LoadState("users"))
    lock = clerk.store.database.path / "lock.mdb"
    clerk.store.close()
    lock.unlink()
    lock.mkdir()
    (failed,) = work(clerk, save(1, 1))
    assert isinstance(failed, SaveFailed)
    assert clerk.unwritten == ("users",)
    lock.rmdir()
    work(clerk, None)
    assert clerk.unwritten == ()
    found = clerk.store.peek("users")
    assert found is not None
    assert found.payload == b"1.1"


def test_a_domain_that_restarts_while_the_disk_fails_gets_its_newest_state(clerk: Clerk) -> None:
    first = loaded(work(clerk, LoadState("users"))).epoch
    work(clerk, save(first, 1))
    lock = clerk.store.database.path / "lock.mdb"
    clerk.store.close()
    lock.unlink()
    lock.mkdir()
    work(clerk, save(first, 2))
    again = loaded(work(clerk, LoadState("users")))
    assert again.payload == f"{first}.2".encode()
    assert again.epoch > first
    assert "not from the disk" in again.note


def test_a_stored_state_that_could_not_be_read_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "state.lmdb"
    store = Store(Database(path, MIB))
    store.write((record("users", 1, Version(3, 9), 5.0, b"dear old friends"),))
    store.close()
    aside = path.rename(tmp_path / "aside")
    path.write_text("in the way")
    clerk = Clerk(store)
    fresh = loaded(work(clerk, LoadState("users")))
    assert fresh.payload == b""
    path.unlink()
    aside.rename(path)
    (refused,) = work(clerk, save(fresh.epoch, 1, payload=b"nobody"))
    assert isinstance(refused, SaveFailed)
    assert "could not be read at start and is kept" in refused.why
    assert loaded(work(clerk, LoadState("users"))).payload == b"dear old friends"
    store.close()


def test_a_state_that_was_never_loaded_does_not_replace_a_stored_one(clerk: Clerk) -> None:
    work(clerk, save(1, 1))
    (refused,) = work(clerk, save(0, 5))
    assert isinstance(refused, SaveFailed)


def test_a_removed_database_is_written_anew_with_every_state(clerk: Clerk) -> None:
    work(clerk, save(1, 1), save(1, 1, "world"))
    for file in clerk.store.database.path.iterdir():
        file.unlink()
    clerk.store.database.path.rmdir()
    assert work(clerk, save(1, 2)) == (Committed("users", Version(1, 2)),)
    clerk.store.close()
    assert loaded(work(clerk, LoadState("users"))).payload == b"1.2"
    assert loaded(work(clerk, LoadState("world"))).payload == b"1.1"


def test_damage_is_told_until_the_state_is_written_again(clerk: Clerk) -> None:
    work(clerk, save(1, 1), save(1, 1, "world"))
    clerk.store.database.change("damaging", lambda txn: txn.put("state/users/0", b"broken"))
    clerk.store.close()
    note = loaded(work(clerk, LoadState("users"))).note
    assert "state/users/0.corrupt." in note
    assert list(clerk.damage) == ["users"]
    work(clerk, save(1, 2, "world"))
    assert list(clerk.damage) == ["users"]
    work(clerk, save(2, 1))
    assert clerk.damage == {}


def test_a_request_that_can_never_be_fulfilled_does_not_spoil_the_group(clerk: Clerk) -> None:
    huge = save(1, 1, payload=bytes(LARGEST + 1))
    nameless, long, good = save(1, 1, ""), save(1, 1, "d" * 1000), save(1, 1, "world")
    outcomes = work(clerk, nameless, long, huge, good)
    assert [type(outcome) for outcome in outcomes] == [SaveFailed, SaveFailed, SaveFailed, Committed]
    assert clerk.trouble is None
