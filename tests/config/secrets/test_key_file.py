"""A key file is its owner's only, and a passphrase is asked for once."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from config.secrets import key_file
from config.secrets.key_file import EncryptionKeyError, KeySource, key_path, make_key_file, read_key_file


@pytest.mark.posix("modes of files")
def test_a_key_file_that_others_can_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    make_key_file(key)
    key.chmod(0o644)
    with pytest.raises(EncryptionKeyError, match="can be read by others"):
        read_key_file(key)
    key.chmod(0o600)
    key.write_text("hello")
    with pytest.raises(EncryptionKeyError, match="is not a key file"):
        read_key_file(key)


def test_where_files_have_no_such_mode_it_is_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_key_file(tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    monkeypatch.setattr(key_file, "os", SimpleNamespace(name="nt"))
    assert read_key_file(tmp_path / "key") == key


@pytest.mark.posix("home folders of passwd")
def test_a_user_without_a_home_folder_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `docker run --user 12345`: nothing in the environment, no entry in passwd."""
    import pwd

    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    for environ in ({}, {"GERALD_KEY_FILE": "~/key"}):
        with pytest.raises(EncryptionKeyError, match="no home folder") as raised:
            key_path(environ)
        assert "GERALD_KEY_FILE" in raised.value.hint
    assert key_path({"GERALD_KEY_FILE": "/keys/gerald"}) == Path("/keys/gerald")


def test_an_opener_asks_only_when_it_must() -> None:
    assert KeySource({"GERALD_PASSPHRASE": "x"}, lambda: "asked").passphrase() == "x"
    assert KeySource({}, lambda: "asked").passphrase() == "asked"


def test_a_passphrase_is_asked_for_once() -> None:
    answers = iter(["asked"])
    keys = KeySource({}, lambda: next(answers))
    assert (keys.passphrase(), keys.passphrase()) == ("asked", "asked")
    assert "asked" not in repr(keys)
    with pytest.raises(EncryptionKeyError, match="there is none"):
        KeySource({}).passphrase()
