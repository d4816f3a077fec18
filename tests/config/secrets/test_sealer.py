"""What is sealed opens with its own key, unaltered, in its own place; and the data key is locked as the secrets are."""

from __future__ import annotations

import json
import pickle
import random
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.secrets.cipher import InvalidTag, b64, key_id
from config.secrets.keyfile import PASSPHRASE, VARIABLE, Opener, beside, make_key_file
from config.secrets.lock import keyfile_lock, passphrase_lock
from config.secrets.sealer import DataCipher, KeyTrouble, Undecipherable, open_sealer, rewrap, sealer_from
from tests.config.secrets.conftest import Safe

PLAIN, ABOUT = b"what the owner said", b"conversation 7"
KEY = b64(b"k" * 32)
PHRASE = "correct horse battery staple"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {VARIABLE: str(tmp_path / "keys" / "key")}


def trouble(home: Home, environ: dict[str, str], **options: Any) -> str:
    """What is said, with what to do, when the sealer is asked for."""
    with pytest.raises(KeyTrouble) as raised:
        open_sealer(home, environ, **options)
    assert raised.value.hint
    assert raised.value.__cause__ is None
    return f"{raised.value} {raised.value.hint}"


@pytest.mark.parametrize("data", [b"", b"x", PLAIN, bytes(100_000)])
@pytest.mark.parametrize("about", [b"", ABOUT])
def test_what_was_sealed_opens_again(data: bytes, about: bytes) -> None:
    sealer = sealer_from(KEY)
    sealed = sealer.seal(data, about)
    assert sealer.open(sealed, about) == data
    assert sealer_from(sealer.key).open(sealed, about) == data
    assert len(sealed) == len(data) + 33
    assert len(data) < 2 or data not in sealed


def test_the_same_is_sealed_differently_each_time() -> None:
    sealer = sealer_from(KEY)
    assert len({sealer.seal(PLAIN, ABOUT) for _ in range(100)}) == 100


@pytest.mark.parametrize("about", [b"", b"conversation 8", ABOUT + b"\0", ABOUT[:-1]])
def test_what_was_moved_does_not_open(about: bytes) -> None:
    sealer = sealer_from(KEY)
    with pytest.raises(Undecipherable, match="another's place"):
        sealer.open(sealer.seal(PLAIN, ABOUT), about)


def test_a_part_of_what_it_is_about_cannot_become_a_part_of_the_head() -> None:
    sealer = sealer_from(KEY)
    sealed = sealer.seal(PLAIN, ABOUT)
    for cut in range(1, 6):
        with pytest.raises(Undecipherable):
            sealer.open(sealed[cut:], sealed[:cut] + ABOUT)


def test_no_single_flipped_byte_opens() -> None:
    sealer, chance = sealer_from(KEY), random.Random(7)
    for _ in range(500):
        sealed = bytearray(sealer.seal(PLAIN, ABOUT))
        sealed[chance.randrange(len(sealed))] ^= chance.randrange(1, 256)
        with pytest.raises(Undecipherable):
            sealer.open(bytes(sealed), ABOUT)


def test_no_part_of_it_opens() -> None:
    sealer = sealer_from(KEY)
    sealed = sealer.seal(PLAIN, ABOUT)
    for cut in (*(sealed[:length] for length in range(len(sealed))), sealed + b"\0", PLAIN):
        with pytest.raises(Undecipherable):
            sealer.open(cut, ABOUT)


def test_another_key_opens_nothing_and_both_are_named() -> None:
    one, other = sealer_from(KEY), sealer_from(b64(b"o" * 32))
    with pytest.raises(Undecipherable, match=f"with the key {one.id}, and this is {other.id}") as raised:
        other.open(one.seal(PLAIN, ABOUT), ABOUT)
    assert isinstance(raised.value, ValueError)


def test_another_key_of_the_same_name_opens_nothing() -> None:
    one = sealer_from(KEY)
    other = DataCipher(one.id, b"o" * 32, sealer_from(b64(b"o" * 32))._box)
    with pytest.raises(Undecipherable):
        other.open(one.seal(PLAIN, ABOUT), ABOUT)


def test_it_can_be_used_by_many_threads() -> None:
    sealer, start = sealer_from(KEY), threading.Barrier(8)

    def work(number: int) -> bool:
        start.wait()
        datas = [f"{number} {n}".encode() * 50 for n in range(200)]
        return all(sealer.open(sealer.seal(data, ABOUT), ABOUT) == data for data in datas)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))


def test_it_cannot_be_changed_and_the_key_is_in_nothing_that_is_shown() -> None:
    sealer = sealer_from(KEY)
    with pytest.raises(FrozenInstanceError):
        sealer.id = "other"  # type: ignore[misc]
    shown = f"{sealer} {sealer!r} {[sealer]} {sealer.id}"
    for text in (KEY, repr(b"k" * 32), "kkkk", (b"k" * 32).hex()):
        assert text not in shown
    with pytest.raises(TypeError):
        pickle.dumps(sealer)


@pytest.mark.parametrize("key", ["", "x", KEY[:-1], KEY + "A", KEY + "\n", b64(b"k" * 31), "\u00e9" * 43])
def test_what_is_no_key_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ValueError, match="no key of a sealer") as raised:
        sealer_from(key)
    assert len(key) < 2 or key not in str(raised.value)


def test_a_home_keeps_its_key(home: Home, environ: dict[str, str]) -> None:
    first = open_sealer(home, environ)
    again = open_sealer(home, environ, make=False)
    assert (again.id, again.key) == (first.id, first.key)
    assert again.open(first.seal(PLAIN, ABOUT), ABOUT) == PLAIN
    text = home.seal_file.read_text()
    assert json.loads(text)["by"] == "keyfile"
    assert first.id in text
    assert first.key not in text


def test_two_homes_with_one_key_file_have_different_keys(tmp_path: Path, environ: dict[str, str]) -> None:
    assert open_sealer(Home(tmp_path / "a"), environ).id != open_sealer(Home(tmp_path / "b"), environ).id


def test_all_who_come_at_the_same_time_get_the_same_key(home: Home, environ: dict[str, str]) -> None:
    start = threading.Barrier(6)

    def work(_: int) -> str:
        start.wait()
        return open_sealer(home, environ).key

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(work, range(6)))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the modes of POSIX")
def test_only_the_owner_may_read_the_key_and_the_file(home: Home, environ: dict[str, str]) -> None:
    open_sealer(home, environ)
    for path in (home.seal_file, Path(environ[VARIABLE])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [path.name for path in home.data.iterdir() if path.name.startswith(".seal")]


def test_nothing_is_made_where_nothing_may_be(home: Home, environ: dict[str, str]) -> None:
    assert "there is no" in trouble(home, environ, make=False)
    assert not home.seal_file.exists()
    assert not Path(environ[VARIABLE]).exists()


def test_a_wrong_key_a_missing_one_and_a_damaged_file_are_told_apart(
    home: Home, environ: dict[str, str], tmp_path: Path
) -> None:
    key = open_sealer(home, environ).key
    whole = home.seal_file.read_text()
    make_key_file(tmp_path / "other")
    wrong = trouble(home, {VARIABLE: str(tmp_path / "other")})
    missing = trouble(home, {VARIABLE: str(tmp_path / "nowhere")})
    home.seal_file.write_text(whole.replace('"wrapped": "', '"wrapped": "A'))
    damaged = trouble(home, environ)
    assert "the wrong key; it is locked with" in wrong
    assert f"Set {VARIABLE} to the key" in wrong
    assert "the key is missing" in missing
    assert "supervisor secrets export-key" in missing
    assert "is damaged" in damaged
    assert "Restore it from a backup" in damaged
    assert key not in wrong + missing + damaged
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "7", "{}", "\ufeff{}", "[" * 10_000, '{"id": 7}', "\0" * 100],
    ids=range(10),
)
def test_whatever_stands_in_the_file_is_damage_and_is_left_alone(
    home: Home, environ: dict[str, str], text: str
) -> None:
    home.data.mkdir(parents=True)
    home.seal_file.write_text(text, encoding="utf-8")
    assert "is damaged" in trouble(home, environ)
    assert home.seal_file.read_text(encoding="utf-8") == text


def test_every_altered_byte_of_the_file_is_damage_or_means_nothing(
    home: Home, environ: dict[str, str]
) -> None:
    key = open_sealer(home, environ).key
    whole = home.seal_file.read_bytes()
    for at in range(len(whole)):
        home.seal_file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            assert open_sealer(home, environ).key == key  # white space
        except KeyTrouble as found:
            assert "is damaged" in str(found)  # noqa: PT017


def forge(home: Home, **changes: str) -> None:
    """Change the file with a check that fits, as an accident never does."""
    from config.secrets.lock import Lock

    found = json.loads(home.seal_file.read_text()) | changes
    lock = Lock(*(found[name] for name in ("by", "key", "salt", "wrapped")))
    home.seal_file.write_text(json.dumps(found | {"check": lock.check(found["id"])}))


def test_a_lock_that_does_not_fit_its_own_key_is_damage(home: Home, environ: dict[str, str]) -> None:
    open_sealer(home, environ)
    forge(home, id="01234567")
    assert "does not fit its own key" in trouble(home, environ)
    key = make_key_file(Path(environ[VARIABLE]))
    forge(home, wrapped=keyfile_lock(b"n" * 32, "01234567", key).wrapped)
    assert "its id is another key's" in trouble(home, environ)


def test_a_file_that_cannot_be_read_or_made_says_so(home: Home, environ: dict[str, str]) -> None:
    home.seal_file.mkdir(parents=True)
    with pytest.raises(KeyTrouble, match="cannot be read"):
        open_sealer(home, environ)
    home.seal_file.rmdir()
    home.data.rmdir()
    home.data.write_text("a file in the folder's place")
    with pytest.raises(KeyTrouble):
        open_sealer(home, environ)


def test_it_is_locked_with_the_key_file_of_the_secrets(safe: Safe) -> None:
    # The secrets were locked anew: their key lies beside the usual one.
    usual = Path(safe.environ[VARIABLE])
    key = usual.read_bytes()
    usual.unlink()
    other = make_key_file(usual)
    assert "the wrong key" in trouble(safe.home, dict(safe.environ))
    id = safe.content.lock.key
    beside(usual, id).write_bytes(key)
    beside(usual, id).chmod(0o600)
    open_sealer(safe.home, safe.environ)
    lock = json.loads(safe.home.seal_file.read_text())
    assert lock["key"] == id
    assert lock["key"] != key_id(other)


def test_it_is_locked_by_the_passphrase_of_the_secrets(tmp_path: Path) -> None:
    safe = Safe(tmp_path, PHRASE)
    assert "there is none" in trouble(safe.home, {})
    assert "the passphrase is wrong" in trouble(safe.home, {}, passphrase=lambda: "a slip")
    assert not safe.home.seal_file.exists()
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return PHRASE

    first = open_sealer(safe.home, {}, passphrase=ask)
    assert len(asked) == 1
    text = safe.home.seal_file.read_text()
    assert json.loads(text)["by"] == "passphrase"
    assert PHRASE not in text
    assert open_sealer(safe.home, {PASSPHRASE: PHRASE}, make=False).key == first.key
    wrong = trouble(safe.home, {PASSPHRASE: "battery horse"})
    assert "the passphrase is wrong" in wrong
    assert "battery horse" not in wrong
    assert "there is none" in trouble(safe.home, {})


def test_secrets_that_do_not_say_how_they_are_locked_lock_nothing(safe: Safe) -> None:
    safe.home.secrets_file.write_text("llm: {api_key: planted-0123456789}\n")
    said = trouble(safe.home, dict(safe.environ))
    assert "does not say how it is locked: it is not encrypted" in said
    assert "planted-0123456789" not in said
    assert not safe.home.seal_file.exists()


def test_locked_anew_what_was_sealed_still_opens(home: Home, environ: dict[str, str], tmp_path: Path) -> None:
    first = open_sealer(home, environ)
    sealed = first.seal(PLAIN, ABOUT)
    old, usual = Opener(environ), Path(environ[VARIABLE])
    key = b"n" * 32
    make_key_file(beside(usual, key_id(key)), key)
    assert rewrap(home, old, old, lambda data_key, id: keyfile_lock(data_key, id, key))
    assert json.loads(home.seal_file.read_text())["key"] == key_id(key)
    assert open_sealer(home, environ, make=False).open(sealed, ABOUT) == PLAIN

    by = Opener({PASSPHRASE: PHRASE})
    assert rewrap(home, old, by, lambda data_key, id: passphrase_lock(data_key, id, PHRASE))
    assert open_sealer(home, {PASSPHRASE: PHRASE}).open(sealed, ABOUT) == PLAIN
    assert not rewrap(Home(tmp_path / "new"), old, old, lambda *_: pytest.fail("there is nothing to lock"))


def test_a_new_lock_that_would_not_open_changes_nothing(home: Home, environ: dict[str, str]) -> None:
    open_sealer(home, environ)
    before, opener = home.seal_file.read_bytes(), Opener(environ)
    for old, key in ((opener, b"n" * 32), (Opener({VARIABLE: "/nowhere/key"}), b"")):
        with pytest.raises(KeyTrouble):
            rewrap(home, old, opener, lambda data_key, id, key=key: keyfile_lock(data_key, id, key))
    own = make_key_file(Path(environ[VARIABLE]))
    with pytest.raises(KeyTrouble, match="it holds another key; nothing was changed"):
        rewrap(home, opener, opener, lambda _, id: keyfile_lock(b"x" * 32, id, own))
    assert home.seal_file.read_bytes() == before


def test_the_cipher_itself_refuses_what_is_too_short() -> None:
    from config.secrets.cipher import Box

    with pytest.raises(InvalidTag):
        Box(b"k" * 32).decrypt(b"short", b"")
