"""What is said of where else the words of somebody forgotten may be."""

import time
from pathlib import Path

import pytest

from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document, encoded_part
from actors.persistence.backup.content import BackupContent
from actors.persistence.backup.file import write
from actors.persistence.store.chain import Chain, Snapshot
from actors.users.state import UsersState, UserState
from actors.users.users import Users
from actors.vocabulary.values import Person
from config.home import Home
from supervisor.cli.users.remnants import Elsewhere, lines, tell_elsewhere

ANNA = Person("usr_anna", "Anna")


def backup(home: Path, name: str, *people: Person) -> Path:
    users = {person.user_id: UserState(person.user_id, person.name) for person in people}
    document = Document(UsersState(users))
    state = encoded_part(document, "", 0)
    chain = Chain(Snapshot("users", Users.schema, Version(1, 1), 5.0, (state,)))
    return write(home / "data" / "backups" / name, BackupContent({"users": chain}, {}, {}), time.time()).path


def test_backups_that_hold_them_and_those_that_cannot_tell_are_named(tmp_path: Path) -> None:
    holds = backup(tmp_path, "gerald-20260101T000000Z.backup", ANNA)
    before = backup(tmp_path, "before-restore-20260102T000000Z.backup", ANNA)
    backup(tmp_path, "gerald-20260103T000000Z.backup", Person("usr_ben", "Ben"))
    damaged = holds.with_name("gerald-20260104T000000Z.backup")
    damaged.write_bytes(b"\0" * 50)
    unfinished = holds.with_name("gerald-20260105T000000Z.backup.new")
    unfinished.write_bytes(b"half")
    found = tell_elsewhere(Home(tmp_path), (ANNA,), delete=False, silent=True)
    assert set(found["backups"]) == {
        str(holds),
        str(before),
        f"{damaged} (cannot be read)",
        f"{unfinished} (was not finished)",
    }


@pytest.mark.parametrize(
    ("paths", "said"), [(("a",), "1 backup holds them"), (("a", "b"), "2 backups hold them")]
)
def test_it_says_what_to_do_about_backups(paths: tuple[str, ...], said: str) -> None:
    told = "\n".join(lines(Elsewhere(backups=paths)))
    assert said in told
    assert "make a new one with `supervisor backup`, and delete" in told
    assert all(f"\n  {path}" in told for path in paths)


def test_the_trace_is_told_of_with_what_deletes_it() -> None:
    one = "\n".join(lines(Elsewhere(traces=("a",))))
    assert "1 file of the trace still mentions them; the same command with\n--traces deletes it:\n  a" in one
