"""A store of the first form is taken over; one of a later form is not touched."""

import shutil
from pathlib import Path
from typing import Any

import lmdb
import msgspec
import pytest

from actors.avatar.avatar import Avatar
from actors.avatar.state import AvatarState
from actors.conversation.conversation import Conversation
from actors.conversation.state import ConversationState
from actors.kernel.message import Asker
from actors.kernel.protocol.storage import Committed, LoadState, SaveSnapshot, StateLoaded, Version
from actors.kernel.state.document import Document, restored
from actors.kernel.state.domain import DomainActor
from actors.persistence.open_store import open_store
from actors.persistence.store.errors import StoreError
from actors.persistence.store.store_format import FORM
from actors.persistence.write_behind import StoreRequest, WriteBehind
from actors.system.state import SystemState
from actors.system.system import System
from actors.users.state import UsersState
from actors.users.users import Users
from actors.world.state import WorldState
from actors.world.world import World
from config.schema import Storage

FIRST = Path(__file__).parents[1] / "fixtures" / "format1.lmdb"
STORAGE = Storage(map_size=2**20)
STATES: dict[str, Any] = {
    "avatar": AvatarState(),
    "conversation": ConversationState(),
    "system": SystemState(),
    "users": UsersState(),
    "world": WorldState(),
}
ACTORS: dict[str, type[DomainActor[Any]]] = {
    "avatar": Avatar,
    "conversation": Conversation,
    "system": System,
    "users": Users,
    "world": World,
}
NEWEST = Version(1, 7)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose database was left by the first form."""
    (tmp_path / "data").mkdir()
    shutil.copytree(FIRST, tmp_path / "data" / "state.lmdb")
    return tmp_path


def clerk_at(home: Path) -> WriteBehind:
    return WriteBehind(open_store(STORAGE, home), STORAGE)


def load(write_behind: WriteBehind, domain: str) -> StateLoaded:
    outcomes = write_behind.work((StoreRequest(LoadState(domain), Asker(domain, "1")),))
    (loaded,) = (o.message for o in outcomes if isinstance(o.message, StateLoaded))
    return loaded


def state_of(loaded: StateLoaded) -> Any:
    document, kind = Document(STATES[loaded.domain]), ACTORS[loaded.domain]
    return restored(
        document,
        loaded.parts,
        (),
        parted=kind.parted,
        schema=loaded.schema,
        now=kind.schema,
        migrations=kind.migrations,
    ).document.state


def first_form(domain: str) -> dict[Version, bytes]:
    """The payloads that the fixture has of a domain, read without the store."""
    found = {}
    with (
        lmdb.open(str(FIRST), readonly=True, lock=False) as environment,
        environment.begin() as txn,
        txn.cursor() as cursor,
    ):
        for key, value in cursor:
            if bytes(key).startswith(f"state/{domain}/".encode()):
                record = msgspec.msgpack.decode(bytes(value))
                found[msgspec.convert(record["version"], Version)] = record["payload"]
    return found


def put(home: Path, key: str, value: bytes) -> None:
    where = str(home / "data" / "state.lmdb")
    with lmdb.open(where, map_size=2**20) as environment, environment.begin(write=True) as txn:
        txn.put(key.encode(), value)


@pytest.mark.parametrize("domain", STATES)
def test_every_domain_comes_back_with_its_newest_state(home: Path, domain: str) -> None:
    write_behind = clerk_at(home)
    loaded = load(write_behind, domain)
    write_behind.close()
    stored = first_form(domain)
    assert loaded.version == max(stored) == NEWEST
    assert loaded.held
    assert loaded.note == ""
    state = state_of(loaded)
    expected = msgspec.msgpack.decode(stored[NEWEST])
    for form in range(1, ACTORS[domain].schema):
        expected = ACTORS[domain].migrations[form](expected)
    assert state == msgspec.convert(expected, type(STATES[domain]))
    assert domain == "avatar" or state != STATES[domain]  # the fixture's avatar never moved


@pytest.mark.parametrize("domain", STATES)
def test_epochs_go_on_above_the_old_one(home: Path, domain: str) -> None:
    epochs = []
    for _ in range(3):
        write_behind = clerk_at(home)
        epochs.append(load(write_behind, domain).epoch)
        write_behind.close()
    assert epochs == sorted(set(epochs))
    assert epochs[0] > NEWEST.epoch


def test_what_was_said_and_who_was_met_is_still_known(home: Path) -> None:
    write_behind = clerk_at(home)
    conversation, users = state_of(load(write_behind, "conversation")), state_of(load(write_behind, "users"))
    write_behind.close()
    assert "I love music" in [message.text for message in conversation.messages]
    assert "usr_anna" in users.users


def test_it_is_taken_over_once_and_the_old_records_are_gone(home: Path) -> None:
    write_behind = clerk_at(home)
    load(write_behind, "users")
    keys = write_behind.store.database.read("listing", lambda txn: txn.keys(""))
    form = write_behind.store.database.read("listing", lambda txn: txn.get("format"))
    write_behind.close()
    assert form == str(FORM).encode()
    assert [key for key in keys if key.startswith("state/")] == []
    again = clerk_at(home)
    assert load(again, "users").version == NEWEST
    assert again.damage == {}
    again.close()


def test_a_new_state_goes_on_from_the_old_one(home: Path) -> None:
    write_behind = clerk_at(home)
    loaded = load(write_behind, "users")
    version = Version(loaded.epoch, 1)
    part = SaveSnapshot("users", 1, version, 0, 1, loaded.parts[0])
    outcomes = write_behind.work((StoreRequest(part, Asker("users", "1")),))
    assert [o.message for o in outcomes] == [Committed("users", version)]
    write_behind.close()
    again = clerk_at(home)
    assert load(again, "users").version == version
    again.close()


def test_a_damaged_record_of_the_first_form_gives_way_to_the_one_before(home: Path) -> None:
    put(home, "state/users/1", b"broken")
    write_behind = clerk_at(home)
    loaded = load(write_behind, "users")
    write_behind.close()
    older = min(first_form("users"))
    assert loaded.version == older
    assert loaded.epoch > NEWEST.epoch or loaded.epoch > older.epoch


def test_an_empty_store_has_todays_form(tmp_path: Path) -> None:
    write_behind = clerk_at(tmp_path)
    load(write_behind, "users")
    assert write_behind.store.database.read("looking", lambda txn: txn.get("format")) == str(FORM).encode()
    write_behind.close()


@pytest.mark.parametrize("form", [str(FORM + 1).encode(), b"999", b"gerald-next", b""])
def test_a_later_form_is_refused_and_none_of_its_bytes_touched(home: Path, form: bytes) -> None:
    write_behind = clerk_at(home)
    load(write_behind, "users")
    write_behind.close()
    put(home, "format", form)
    file = home / "data" / "state.lmdb" / "data.mdb"
    before = file.read_bytes()
    write_behind = clerk_at(home)
    with pytest.raises(StoreError, match="later version of Gerald") as caught:
        write_behind.store.read("users")
    assert caught.value.remedy == "update Gerald"
    loaded = load(write_behind, "users")
    assert not loaded.held
    assert "later version of Gerald" in loaded.note
    assert loaded.parts == ()
    part = SaveSnapshot("users", 1, Version(loaded.epoch, 1), 0, 1, b"\x80")
    write_behind.work((StoreRequest(part, Asker("users", "1")), StoreRequest(None, Asker("", ""))))
    write_behind.close()
    assert file.read_bytes() == before
