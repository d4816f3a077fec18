"""Tokens: what is kept of them, and who is found by one."""

import json
import os
from pathlib import Path

import pytest

from supervisor.page.api.tokens import (
    MOST,
    PREFIX,
    Token,
    TokenRefused,
    Tokens,
    add,
    digest,
    file_of,
    read,
    remove,
)
from tests.doubles.rights import is_owners_only


def test_only_its_digest_is_kept_and_only_for_the_owner(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    secret = add(file, "grafana", 1000.0, may_act=False)
    assert secret.startswith(PREFIX)
    assert len(secret) > 40
    assert read(file) == (Token("grafana", digest(secret), False, 1000.0),)
    assert secret.removeprefix(PREFIX) not in file.read_text()
    assert is_owners_only(file)


def test_a_bearer_is_found_until_the_token_is_withdrawn(tmp_path: Path) -> None:
    file, tokens = file_of(tmp_path), Tokens(tmp_path)
    assert tokens.find("anything") is None
    first = add(file, "one", 1.0, may_act=True)
    second = add(file, "two", 2.0, may_act=False)
    found = [tokens.find(secret) for secret in (first, second)]
    assert [(one.name, one.may_act) for one in found if one] == [("one", True), ("two", False)]
    assert tokens.find(first + "x") is None
    assert tokens.find("") is None
    assert tokens.find(digest(first)) is None
    remove(file, "one")
    assert tokens.find(first) is None
    assert tokens.find(second) is not None
    file.unlink()
    assert tokens.find(second) is None


@pytest.mark.parametrize("name", ["", "a b", "../up", "x" * 65, "naïve", "-flag", "a\nb"])
def test_a_name_that_could_be_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TokenRefused, match="a name has"):
        add(file_of(tmp_path), name, 1.0, may_act=True)
    assert not file_of(tmp_path).exists()


def test_a_name_is_used_once_and_there_is_a_limit(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    add(file, "n0", 1.0, may_act=True)
    with pytest.raises(TokenRefused, match="there is a token 'n0' already"):
        add(file, "n0", 1.0, may_act=False)
    for number in range(1, MOST):
        add(file, f"n{number}", 1.0, may_act=True)
    with pytest.raises(TokenRefused, match=f"there are {MOST} tokens"):
        add(file, "more", 1.0, may_act=True)
    with pytest.raises(TokenRefused, match="there is no token 'more'"):
        remove(file, "more")


GOOD = {"name": "good", "digest": "a" * 64, "may_act": True, "made": 1.0}


@pytest.mark.parametrize(
    ("kept", "names"),
    [
        (b"", []),
        (b"\xff\x00", []),
        (b"[" * 10_000, []),
        (json.dumps({"name": "x"}).encode(), []),
        (json.dumps([1, None, "x", [], GOOD]).encode(), ["good"]),
        (json.dumps([{**GOOD, "digest": "short"}, {**GOOD, "digest": "A" * 64}]).encode(), []),
        (json.dumps([{**GOOD, "name": "a b"}, {**GOOD, "made": "never"}, {"name": "x"}]).encode(), []),
    ],
)
def test_what_is_damaged_lets_nobody_in(tmp_path: Path, kept: bytes, names: list[str]) -> None:
    file = file_of(tmp_path)
    file.parent.mkdir()
    file.write_bytes(kept)
    assert [token.name for token in read(file)] == names
    assert Tokens(tmp_path).find("") is None


def test_only_a_plain_true_may_act(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.parent.mkdir()
    file.write_text(json.dumps([{**GOOD, "may_act": "yes"}, {**GOOD, "name": "b", "may_act": 1}]))
    assert [token.may_act for token in read(file)] == [False, False]


@pytest.mark.posix("pipes that are files")
def test_a_pipe_in_its_place_holds_up_nobody(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.parent.mkdir()
    os.mkfifo(file)
    assert Tokens(tmp_path).find("x") is None
