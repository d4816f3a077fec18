"""Who has signed in outlives a restart, and no file gives a session away."""

from pathlib import Path

import pytest

from supervisor.page.gate.sessions import LASTS, MOST, Sessions
from tests.doubles.rights import is_owners_only


def test_a_session_is_found_by_its_token_until_it_ends(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    begun = sessions.begin(1000.0, may_act=True)
    found = sessions.find(begun.token, 1001.0)
    assert found == begun
    assert sessions.find(begun.token, 1000.0 + LASTS) is None
    assert sessions.find("", 1001.0) is None
    sessions.end(begun.token)
    assert sessions.find(begun.token, 1001.0) is None


def test_it_outlives_a_restart_without_a_token_on_the_disk(tmp_path: Path) -> None:
    begun = Sessions(tmp_path).begin(1000.0, may_act=False)
    file = tmp_path / "page" / "sessions.json"
    assert begun.token not in file.read_text()
    assert is_owners_only(file)
    assert Sessions(tmp_path).find(begun.token, 1001.0) == begun


def test_the_oldest_of_too_many_goes(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    first, *others = (sessions.begin(1000.0 + n, may_act=True) for n in range(MOST + 1))
    assert sessions.find(first.token, 1100.0) is None
    assert all(sessions.find(one.token, 1100.0) for one in others)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"may_act": true}}', "[" * 5000])
def test_a_damaged_file_signs_people_out_and_nothing_else(tmp_path: Path, text: str) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "sessions.json").write_text(text)
    sessions = Sessions(tmp_path)
    assert sessions.find("a", 1.0) is None
    assert sessions.find(sessions.begin(1.0, may_act=True).token, 2.0)


def test_each_session_has_a_form_token_of_its_own(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    one, two = sessions.begin(1.0, may_act=True), sessions.begin(1.0, may_act=True)
    assert one.form_token != two.form_token
    assert one.token not in one.form_token
