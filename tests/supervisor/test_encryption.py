"""How the memory comes by what encrypts it, in a thread and in a process, and what is said when there is no key."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.kernel.protocol.storage import Version
from actors.persistence.open_store import open_store
from actors.persistence.store.encryption import KeyUnavailable, StoreEncryption, UnavailableCipher
from actors.persistence.store.record import Kind, Record, pack
from actors.persistence.store.store import Batch
from config.home import Home
from config.schema import Storage
from config.secret import redacted
from config.secrets.data_cipher import DataCipher
from config.secrets.data_key_file import rewrap_data_key
from config.secrets.key_file import KEY_FILE_VARIABLE, KeySource, make_key_file
from config.secrets.wrapped_key import BY_KEY_FILE, wrap
from supervisor.encryption import SEALER, DataCiphers, received

ENCRYPT = Storage(encrypt=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


def seals(home: Home, key: Path, storage: Storage = ENCRYPT) -> DataCiphers:
    return DataCiphers(home.path, lambda: storage, {KEY_FILE_VARIABLE: str(key)})


def opened(of: DataCiphers) -> DataCipher:
    found = of.sealer()
    assert isinstance(found, DataCipher)
    return found


def locked(of: DataCiphers) -> str:
    """What is said in the sealer's place; its use says the same, and so does a process's."""
    found = of.sealer()
    assert isinstance(found, UnavailableCipher)
    assert found.remedy
    for use in (found.encrypt, found.decrypt):
        with pytest.raises(KeyUnavailable) as raised:
            use(b"data", b"about")
        assert (str(raised.value), raised.value.remedy) == (found.why, found.remedy)
    elsewhere = received(of.told())
    assert isinstance(elsewhere, UnavailableCipher)
    assert (elsewhere.why, elsewhere.remedy) == (found.why, found.remedy)
    return f"{found.why} -> {found.remedy}"


def test_where_nothing_is_encrypted_there_is_no_sealer_and_nothing_is_made(home: Home, key: Path) -> None:
    plain = seals(home, key, Storage())
    assert plain.sealer() is None
    assert received(plain.told()) is None
    assert plain.id() == ""
    assert not home.path.exists()
    assert not key.exists()


def test_the_first_start_makes_the_key_and_later_ones_have_the_same(home: Home, key: Path) -> None:
    first = opened(seals(home, key))
    again = seals(home, key)
    assert opened(again).id == first.id == again.id()
    assert opened(again) is opened(again)
    assert opened(again).decrypt(first.encrypt(b"data", b"about"), b"about") == b"data"


def test_a_key_is_made_where_nothing_needs_one_when_it_is_asked_for(home: Home, key: Path) -> None:
    plain = seals(home, key, Storage())
    assert plain.make()
    made = opened(plain).id
    assert not plain.make()
    assert opened(seals(home, key, Storage())).id == made == plain.id()


def test_what_was_encrypted_can_still_be_read_when_no_more_is(home: Home, key: Path) -> None:
    sealed = opened(seals(home, key)).encrypt(b"data", b"about")
    assert opened(seals(home, key, Storage())).decrypt(sealed, b"about") == b"data"


def test_a_process_gets_the_same_sealer_and_the_key_is_in_nothing_else(home: Home, key: Path) -> None:
    here = seals(home, key)
    sealed = opened(here).encrypt(b"data", b"about")
    there = received(here.told())
    assert there is not None
    assert there.decrypt(sealed, b"about") == b"data"
    secret = opened(here).key
    assert secret in here.told()
    assert secret not in f"{here!r} {here.id()} {there!r} {SEALER}"
    assert secret not in redacted(f"a log of {secret}")


def test_a_missing_key_a_wrong_one_and_a_damaged_file_are_told_apart(home: Home, key: Path) -> None:
    opened(seals(home, key))
    right, whole = key.read_bytes(), home.data_key_file.read_bytes()
    key.unlink()
    missing = locked(seals(home, key))
    assert not key.exists()
    make_key_file(key)
    wrong = locked(seals(home, key))
    key.write_bytes(right)
    home.data_key_file.write_bytes(whole[:-20])
    damaged = locked(seals(home, key))
    assert "the key is missing" in missing
    assert "the wrong key" in wrong
    assert "is damaged" in damaged
    assert all("supervisor restart persistence" in said for said in (missing, wrong, damaged))
    home.data_key_file.write_bytes(whole)
    opened(seals(home, key))


def test_with_the_key_back_the_same_run_opens_it(home: Home, key: Path) -> None:
    opened(seals(home, key))
    right = key.read_bytes()
    key.unlink()
    of = seals(home, key)
    locked(of)
    before = of.id()
    key.write_bytes(right)
    key.chmod(0o600)
    opened(of)
    assert of.id() != before


def test_locked_anew_while_it_is_open_it_stays_open(home: Home, key: Path) -> None:
    of = seals(home, key)
    before = opened(of).id
    new = key.with_name("new")
    make_key_file(new)
    old, other = (KeySource({KEY_FILE_VARIABLE: str(path)}) for path in (key, new))
    assert rewrap_data_key(home, old, other, wrap(b"", "", BY_KEY_FILE, other))
    assert opened(of).id == before
    assert "the wrong key" in locked(seals(home, key))


def test_no_new_key_is_made_where_something_is_encrypted(home: Home, key: Path) -> None:
    store = open_store(ENCRYPT, home.path, StoreEncryption(opened(seals(home, key))))
    change = Record(Kind.CHANGE, "users", 1, Version(1, 1), 0.0, b"data", Version(1, 0))
    store.write(Batch(changes=(change,)))
    store.close()
    home.data_key_file.unlink()
    assert f"there is no {home.data_key_file}" in locked(seals(home, key))
    assert not home.data_key_file.exists()


def test_what_is_kept_in_plain_gets_a_new_key(home: Home, key: Path) -> None:
    file = home.resolve(Storage().file_path) / "users" / "1.state"
    file.parent.mkdir(parents=True)
    file.write_bytes(pack(Record(Kind.PART, "users", 1, Version(1, 1), 0.0, b"data")))
    opened(seals(home, key))


@pytest.fixture
def store_bytes(home: Home, key: Path) -> Iterator[bytes]:
    """A store with something encrypted in it, which must stay as it is."""
    store = open_store(ENCRYPT, home.path, StoreEncryption(opened(seals(home, key))))
    store.open_epoch("users", 1)
    store.write(Batch(changes=(Record(Kind.CHANGE, "users", 1, Version(2, 1), 0.0, b"data", Version(2, 0)),)))
    store.close()
    before = (home.state / "data.mdb").read_bytes()
    yield before
    assert (home.state / "data.mdb").read_bytes() == before


def test_without_the_key_the_store_is_not_even_opened(home: Home, key: Path, store_bytes: bytes) -> None:
    key.unlink()
    store = open_store(ENCRYPT, home.path, StoreEncryption(seals(home, key).sealer()))
    uses = (
        lambda: store.read("users"),
        lambda: store.peek("users"),
        lambda: store.open_epoch("users", 1),
        lambda: store.read_tombstones(),
        lambda: store.write(Batch(tombstones={"x": 1.0})),
        lambda: store.keep_only("users", Version()),
        store.check,
    )
    for use in uses:
        with pytest.raises(KeyUnavailable, match="the key is missing"):
            use()
    store.close()
    assert not store.database.is_open


def test_the_start_of_a_pinned_actor_holds_the_id_and_not_the_key(
    home: Home, key: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import msgspec

    from config.schema import Config
    from supervisor.otp.spec import ChildSpec
    from supervisor.runtime.runtime import Runtime

    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(key))
    config = Config.model_validate({"storage": {"encrypt": True}, "trace": {"enabled": False}})
    system = Runtime(config, home.path, text=True)
    slot = system.registry.slot("persistence")
    assert isinstance(slot.spec, ChildSpec)
    record = system.actors.record_start(slot)
    boot = system.actors.boot(slot, slot.spec)
    secret = opened(system.ciphers).key
    assert boot.sealer == opened(system.ciphers).id
    assert secret in system.actors.reveal(SEALER)
    for shown in (msgspec.msgpack.encode(boot), repr(boot).encode(), record.arguments):
        assert secret.encode() not in shown
    assert json.loads(record.arguments).keys() == {"storage", "performance", "home"}
    other = system.registry.slot("users")
    assert isinstance(other.spec, ChildSpec)
    assert system.actors.boot(other, other.spec).sealer == ""
    assert secret not in caplog.text
