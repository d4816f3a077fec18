"""What a restore makes of versions, and of a store that cannot be read."""

from pathlib import Path

from actors.kernel.protocol.storage import Version
from actors.persistence.backup.restore import move_aside, move_back, omitted_from, renumbered
from actors.persistence.store.chain import Chain, Snapshot
from actors.persistence.store.record import Kind, Record
from actors.persistence.store.store import Store


def snapshot(epoch: int, domain: str = "system") -> Snapshot:
    return Snapshot(domain, 1, Version(epoch, 7), 5.0, (b"state",))


def test_changes_follow_on_each_other_from_the_new_epoch_on() -> None:
    changes = tuple(
        Record(Kind.CHANGE, "system", 1, Version(3, n), 6.0, b"", Version(3, n - 1)) for n in range(8, 13)
    )
    made = renumbered(Chain(snapshot(3), changes), 9)
    assert made.snapshot.version == Version(9, 0)
    assert [(c.base, c.version) for c in made.changes] == [
        (Version(9, n), Version(9, n + 1)) for n in range(5)
    ]


def test_the_names_of_files_tell_which_epochs_an_unreadable_store_had(store: Store) -> None:
    for made in (snapshot(4), snapshot(6), snapshot(5, "users")):
        store.files.save(made, 3)
    (store.files.folder / "empty").mkdir()
    (store.files.folder / "a file").write_text("no folder")
    assert store.files.epochs() == {"system": 6, "users": 5}
    omitted = omitted_from(store)
    assert omitted.epochs["system"] >= 6
    assert omitted.epochs["users"] >= 5


def test_files_are_moved_aside_also_where_there_is_no_database(store: Store, tmp_path: Path) -> None:
    store.files.save(snapshot(4), 3)
    assert not store.database.path.exists()
    ((where, aside),) = move_aside(store)
    assert where == store.files.folder
    assert not where.exists()
    assert ".before-restore-" in aside.name
    move_back(store, ((where, aside),))
    assert store.files.epochs() == {"system": 4}
