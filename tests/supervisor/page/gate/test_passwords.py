"""Passwords: what is kept gives none away, and who changes one signs its users out."""

from pathlib import Path

import pytest

from supervisor.page.gate import passwords as gate
from supervisor.page.gate.passwords import PasswordRefused, Passwords
from supervisor.page.gate.sessions import Sessions
from tests.doubles.rights import is_owners_only

OWNERS, FRIENDS = "correct horse battery", "only for looking"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """scrypt that takes a hundredth of its time."""
    monkeypatch.setattr(gate, "N", 1 << 8)


def test_each_role_has_a_password_of_its_own(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    assert passwords.role_of("") is passwords.role_of(OWNERS) is None
    passwords.set(OWNERS, may_act=True)
    assert passwords.has(may_act=True)
    assert not passwords.has(may_act=False)
    passwords.set(FRIENDS, may_act=False)
    again = Passwords(tmp_path)
    assert again.role_of(OWNERS) is True
    assert again.role_of(FRIENDS) is False
    assert again.role_of(OWNERS + "x") is again.role_of(OWNERS[:-1]) is again.role_of("") is None
    again.remove(may_act=True)
    assert passwords.role_of(OWNERS) is None
    assert passwords.role_of(FRIENDS) is False


def test_the_same_letters_typed_in_another_way_are_the_same_password(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set("Gerald schläft nie", may_act=True)
    assert passwords.role_of("Gerald schla\u0308ft nie") is True
    assert passwords.role_of("\udcff") is None


def test_the_file_holds_no_password_and_is_the_users_alone(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(OWNERS, may_act=True)
    passwords.set(OWNERS, may_act=False)
    file = tmp_path / "page" / "passwords.json"
    assert OWNERS not in file.read_text()
    assert is_owners_only(file)
    kept = passwords._current().hashes
    assert kept[True].digest != kept[False].digest, "each has its salt"


@pytest.mark.parametrize("weak", ["", "short", "a" * 12, "abababababab", "a" * 201])
def test_a_password_that_keeps_nobody_out_is_refused(tmp_path: Path, weak: str) -> None:
    with pytest.raises(PasswordRefused):
        Passwords(tmp_path).set(weak, may_act=True)
    assert not (tmp_path / "page").exists()


def test_a_wrong_one_takes_as_long_as_a_right_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    scrypt = gate._scrypt
    monkeypatch.setattr(gate, "_scrypt", lambda one, salt: (done.append(one), scrypt(one, salt))[1])
    passwords = Passwords(tmp_path)
    for tried in ("nobody has one yet", OWNERS, FRIENDS, "wrong"):
        done.clear()
        passwords.role_of(tried)
        assert len(done) == 2, tried
        passwords.set(OWNERS, may_act=True)
        passwords.set(FRIENDS, may_act=False)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"act": 1}', '{"act": {"epoch": "", "salt": "é"}}', "[" * 5000,
                                  '{"act": {"epoch": "", "salt": "", "scrypt": ""}}'])  # fmt: skip
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, text: str) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "passwords.json").write_text(text)
    passwords = Passwords(tmp_path)
    assert not passwords.has(may_act=True)
    assert passwords.role_of("") is None
    passwords.set(OWNERS, may_act=True)
    assert passwords.role_of(OWNERS) is True


def test_a_changed_password_ends_the_sessions_of_its_role_in_a_page_that_runs(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, Passwords(tmp_path).epoch)
    owner, friend = (sessions.begin(1.0, may_act=may_act) for may_act in (True, False))
    elsewhere = Passwords(tmp_path)
    elsewhere.set(OWNERS, may_act=True)
    assert sessions.find(owner.token, 2.0) is None
    assert sessions.find(friend.token, 2.0) == friend
    later = sessions.begin(3.0, may_act=True)
    assert Sessions(tmp_path, Passwords(tmp_path).epoch).find(later.token, 4.0) == later


def test_everybody_is_signed_out_and_no_password_changes(tmp_path: Path) -> None:
    passwords = Passwords(tmp_path)
    passwords.set(OWNERS, may_act=True)
    sessions = Sessions(tmp_path, passwords.epoch)
    both = [sessions.begin(1.0, may_act=may_act) for may_act in (True, False)]
    Passwords(tmp_path).sign_out_all()
    assert [sessions.find(one.token, 2.0) for one in both] == [None, None]
    assert passwords.role_of(OWNERS) is True
