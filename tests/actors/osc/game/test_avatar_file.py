"""VRChat's file of an avatar, as it is written, as it is damaged, and as somebody else may have made it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.osc.game.avatar_file import MOST_BYTES, MOST_PARAMETERS, BadAvatarFile, find, parameters, read
from actors.osc.messages import AvatarParameter

ID = "avtr_00000000-0000-4000-8000-00000000000a"


def end(name: str, kind: str) -> dict[str, str]:
    return {"address": f"/avatar/parameters/{name}", "type": kind}


def entry(name: str, kind: str = "Float", *, takes: bool = True) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "output": end(name, kind)}
    return {**told, "input": end(name, kind)} if takes else told


def file(*entries: Any, avatar_id: str = ID) -> bytes:
    return json.dumps({"id": avatar_id, "name": "Fox", "parameters": entries}).encode()


def test_a_parameter_without_an_input_is_only_told() -> None:
    told = file(entry("Smile"), entry("MuteSelf", "Bool", takes=False), entry("VRCEmote", "Int"))
    assert parameters(told, ID) == (
        AvatarParameter("MuteSelf", "bool", True, False),
        AvatarParameter("Smile", "float", True, True),
        AvatarParameter("VRCEmote", "int", True, True),
    )


@pytest.mark.parametrize("kind", ["Bool", "bool", "BOOL", " Bool "])
def test_the_case_of_a_type_does_not_matter(kind: str) -> None:
    assert parameters(file(entry("Hat", kind)), ID) == (AvatarParameter("Hat", "bool", True, True),)


def test_a_mark_of_the_byte_order_is_passed_over() -> None:
    assert parameters(b"\xef\xbb\xbf" + file(entry("Smile")), ID)


def test_what_the_game_alone_writes_is_not_written_though_the_file_says_so() -> None:
    assert not parameters(file(entry("GestureLeft", "Int")), ID)[0].is_writable


def test_an_address_of_the_owner_s_own_is_not_written_to() -> None:
    moved = {"name": "Smile", "input": {"address": "/mine", "type": "Float"}, "output": end("Smile", "Float")}
    assert parameters(file(moved), ID) == (AvatarParameter("Smile", "float", True, False),)


@pytest.mark.parametrize(
    "odd",
    [None, 5, "x", [], {}, {"name": "A"}, {"output": 5}, {"output": {"address": 5, "type": "Bool"}},
     entry("A", "String"), entry(""), entry("a\x1b[2J"), entry("x" * 300)],
)  # fmt: skip
def test_an_entry_of_another_form_is_left_out(odd: object) -> None:
    assert [one.name for one in parameters(file(odd, entry("Smile")), ID)] == ["Smile"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe{", "no JSON"),
        (b'{"a":' * 50_000, "no JSON"),
        (b"[]", "no list"),
        (b'{"parameters": {}}', "no list"),
        (file(entry("A"), avatar_id="avtr_other"), "another avatar's"),
        (file(*(entry(f"p{n}") for n in range(MOST_PARAMETERS + 1))), "more than 8192"),
    ],
)
def test_a_file_of_another_form_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadAvatarFile, match=said):
        parameters(data, ID)


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused(data: bytes) -> None:
    with pytest.raises(BadAvatarFile):
        parameters(data, ID)


def put(folder: Path, user: str, data: bytes, at: float) -> Path:
    path = folder / user / "Avatars" / f"{ID}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    os.utime(path, (at, at))
    return path


def test_the_newest_file_of_several_accounts_and_folders_counts(tmp_path: Path) -> None:
    put(tmp_path / "one", "usr_a", b"", 10.0)
    newest = put(tmp_path / "two", "usr_b", b"", 30.0)
    put(tmp_path / "two", "usr_c", b"", 20.0)
    assert find((tmp_path / "none", tmp_path / "one", tmp_path / "two"), ID) == newest


@pytest.mark.parametrize("avatar_id", ["", "local:sdk_fox", "../../secret", "avtr_../x", "avtr_a/b"])
def test_nothing_but_an_avatar_s_id_becomes_a_path(tmp_path: Path, avatar_id: str) -> None:
    (tmp_path / "secret.json").write_bytes(file(entry("A")))
    (tmp_path / "usr_a" / "Avatars").mkdir(parents=True)
    assert find((tmp_path,), avatar_id) is None


def test_a_huge_file_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    with huge.open("wb") as sparse:
        sparse.truncate(MOST_BYTES + 1)
    with pytest.raises(OSError, match="larger"):
        read(huge, ID)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="regular file"):
        read(tmp_path / "pipe", ID)
