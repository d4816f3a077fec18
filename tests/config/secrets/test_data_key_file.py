"""Each home has one data key, wrapped as that of its secrets is."""

import json
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.home import Home
from config.secrets.cipher import key_id
from config.secrets.data_key_file import open_data_cipher, rewrap_data_key
from config.secrets.key_file import (
    KEY_FILE_VARIABLE,
    PASSPHRASE_VARIABLE,
    EncryptionKeyError,
    KeySource,
    beside,
    make_key_file,
)
from config.secrets.wrapped_key import BY_KEY_FILE, BY_PASSPHRASE, WrappedKey, wrap
from tests.config.secrets.conftest import Safe

PLAIN, ABOUT = b"what the owner said", b"conversation 7"
PHRASE = "correct horse battery staple"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {KEY_FILE_VARIABLE: str(tmp_path / "keys" / "key")}


def trouble(
    home: Home, environ: dict[str, str], ask: Callable[[], str] | None = None, **options: bool
) -> str:
    """What is said, with what to do, when the cipher is asked for."""
    with pytest.raises(EncryptionKeyError) as raised:
        open_data_cipher(home, KeySource(environ, ask), **options)
    assert raised.value.hint
    assert raised.value.__cause__ is None
    return f"{raised.value} {raised.value.hint}"


def test_a_home_keeps_its_key(home: Home, environ: dict[str, str]) -> None:
    first = open_data_cipher(home, KeySource(environ))
    again = open_data_cipher(home, KeySource(environ), make=False)
    assert (again.id, again.key) == (first.id, first.key)
    assert again.decrypt(first.encrypt(PLAIN, ABOUT), ABOUT) == PLAIN
    text = home.data_key_file.read_text()
    assert json.loads(text)["by"] == "keyfile"
    assert first.id in text
    assert first.key not in text


def test_two_homes_with_one_key_file_have_different_keys(tmp_path: Path, environ: dict[str, str]) -> None:
    one, other = (open_data_cipher(Home(tmp_path / name), KeySource(environ)) for name in "ab")
    assert one.id != other.id


def test_all_who_come_at_the_same_time_get_the_same_key(home: Home, environ: dict[str, str]) -> None:
    start = threading.Barrier(6)

    def work(_: int) -> str:
        start.wait()
        return open_data_cipher(home, KeySource(environ)).key

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(work, range(6)))) == 1


@pytest.mark.posix("modes of files")
def test_only_the_owner_may_read_the_key_and_the_file(home: Home, environ: dict[str, str]) -> None:
    open_data_cipher(home, KeySource(environ))
    for path in (home.data_key_file, Path(environ[KEY_FILE_VARIABLE])):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [path.name for path in home.data.iterdir() if path.name.startswith(".seal")]


def test_nothing_is_made_where_nothing_may_be(home: Home, environ: dict[str, str]) -> None:
    assert "there is no" in trouble(home, environ, make=False)
    assert not home.data_key_file.exists()
    assert not Path(environ[KEY_FILE_VARIABLE]).exists()


def test_a_wrong_key_a_missing_one_and_a_damaged_file_are_told_apart(
    home: Home, environ: dict[str, str], tmp_path: Path
) -> None:
    key = open_data_cipher(home, KeySource(environ)).key
    whole = home.data_key_file.read_text()
    make_key_file(tmp_path / "other")
    wrong = trouble(home, {KEY_FILE_VARIABLE: str(tmp_path / "other")})
    missing = trouble(home, {KEY_FILE_VARIABLE: str(tmp_path / "nowhere")})
    home.data_key_file.write_text(whole.replace('"wrapped": "', '"wrapped": "A'))
    damaged = trouble(home, environ)
    assert "the wrong key; it is locked with" in wrong
    assert f"Set {KEY_FILE_VARIABLE} to the key" in wrong
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
    home.data_key_file.write_text(text, encoding="utf-8")
    assert "is damaged" in trouble(home, environ)
    assert home.data_key_file.read_text(encoding="utf-8") == text


def test_every_altered_byte_of_the_file_is_damage_or_means_nothing(
    home: Home, environ: dict[str, str]
) -> None:
    key = open_data_cipher(home, KeySource(environ)).key
    whole = home.data_key_file.read_bytes()
    for at in range(len(whole)):
        home.data_key_file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            assert open_data_cipher(home, KeySource(environ)).key == key  # white space
        except EncryptionKeyError as found:
            assert "is damaged" in str(found)  # noqa: PT017


def forge(home: Home, **changes: str) -> None:
    """Change the file with a check that fits, as an accident never does."""
    found = json.loads(home.data_key_file.read_text()) | changes
    names = ("id", "by", "key", "salt", "wrapped")
    home.data_key_file.write_text(json.dumps(WrappedKey(*(found[name] for name in names)).as_data()))


def test_a_wrapped_key_that_does_not_fit_its_own_key_is_damage(home: Home, environ: dict[str, str]) -> None:
    keys = KeySource(environ)
    open_data_cipher(home, keys)
    forge(home, id="01234567")
    assert "does not fit its own key" in trouble(home, environ)
    forge(home, wrapped=wrap(b"n" * 32, "01234567", BY_KEY_FILE, keys).wrapped)
    assert "its id is another key's" in trouble(home, environ)


def test_a_file_that_cannot_be_read_or_made_says_so(home: Home, environ: dict[str, str]) -> None:
    home.data_key_file.mkdir(parents=True)
    with pytest.raises(EncryptionKeyError, match="cannot be read"):
        open_data_cipher(home, KeySource(environ))
    home.data_key_file.rmdir()
    home.data.rmdir()
    home.data.write_text("a file in the folder's place")
    with pytest.raises(EncryptionKeyError):
        open_data_cipher(home, KeySource(environ))


def test_it_is_locked_with_the_key_file_of_the_secrets(safe: Safe) -> None:
    # The secrets were locked anew: their key lies beside the usual one.
    usual = Path(safe.environ[KEY_FILE_VARIABLE])
    key = usual.read_bytes()
    usual.unlink()
    other = make_key_file(usual)
    assert "the wrong key" in trouble(safe.home, dict(safe.environ))
    id = safe.wrapped.key
    beside(usual, id).write_bytes(key)
    beside(usual, id).chmod(0o600)
    open_data_cipher(safe.home, KeySource(safe.environ))
    lock = json.loads(safe.home.data_key_file.read_text())
    assert lock["key"] == id
    assert lock["key"] != key_id(other)


def test_it_is_locked_by_the_passphrase_of_the_secrets(tmp_path: Path) -> None:
    safe = Safe(tmp_path, PHRASE)
    assert "there is none" in trouble(safe.home, {})
    assert "the passphrase is wrong" in trouble(safe.home, {}, ask=lambda: "a slip")
    assert not safe.home.data_key_file.exists()
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return PHRASE

    first = open_data_cipher(safe.home, KeySource({}, ask))
    assert len(asked) == 1
    text = safe.home.data_key_file.read_text()
    assert json.loads(text)["by"] == "passphrase"
    assert PHRASE not in text
    assert open_data_cipher(safe.home, KeySource({PASSPHRASE_VARIABLE: PHRASE}), make=False).key == first.key
    wrong = trouble(safe.home, {PASSPHRASE_VARIABLE: "battery horse"})
    assert "the passphrase is wrong" in wrong
    assert "battery horse" not in wrong
    assert "there is none" in trouble(safe.home, {})


def test_secrets_that_do_not_say_how_they_are_locked_lock_nothing(safe: Safe) -> None:
    safe.home.secrets_file.write_text("llm: {api_key: planted-0123456789}\n")
    said = trouble(safe.home, dict(safe.environ))
    assert "secrets.yaml is not encrypted" in said
    assert "planted-0123456789" not in said
    assert not safe.home.data_key_file.exists()


def test_wrapped_by_another_key_what_was_encrypted_still_opens(
    home: Home, environ: dict[str, str], tmp_path: Path
) -> None:
    keys, usual = KeySource(environ), Path(environ[KEY_FILE_VARIABLE])
    encrypted = open_data_cipher(home, keys).encrypt(PLAIN, ABOUT)
    key = b"n" * 32
    make_key_file(beside(usual, key_id(key)), key)
    like = wrap(b"", "", BY_KEY_FILE, keys, key_id(key))
    assert rewrap_data_key(home, keys, keys, like)
    assert json.loads(home.data_key_file.read_text())["key"] == key_id(key)
    assert open_data_cipher(home, keys, make=False).decrypt(encrypted, ABOUT) == PLAIN

    phrase = KeySource({PASSPHRASE_VARIABLE: PHRASE})
    assert rewrap_data_key(home, keys, phrase, wrap(b"", "", BY_PASSPHRASE, phrase))
    assert open_data_cipher(home, phrase).decrypt(encrypted, ABOUT) == PLAIN
    assert not rewrap_data_key(Home(tmp_path / "new"), keys, keys, like)


def test_a_new_key_that_would_not_open_it_changes_nothing(home: Home, environ: dict[str, str]) -> None:
    keys, usual = KeySource(environ), Path(environ[KEY_FILE_VARIABLE])
    open_data_cipher(home, keys)
    before = home.data_key_file.read_bytes()
    like = wrap(b"", "", BY_KEY_FILE, keys)
    nowhere = KeySource({KEY_FILE_VARIABLE: "/nowhere/key"})
    for old, new in ((keys, nowhere), (nowhere, keys)):
        with pytest.raises(EncryptionKeyError, match="the key is missing"):
            rewrap_data_key(home, old, new, like)
    make_key_file(beside(usual, "misnamed"), b"n" * 32)
    with pytest.raises(EncryptionKeyError, match="the wrong key"):
        rewrap_data_key(home, keys, keys, WrappedKey("", BY_KEY_FILE, "misnamed", "", ""))
    assert home.data_key_file.read_bytes() == before
