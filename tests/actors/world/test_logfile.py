"""The log as a file: found in its places, read as it grows, in bounded portions."""

import os
from pathlib import Path

import pytest

from actors.vocabulary.game_folder import own_folder, usual_places
from actors.world.logfile import CHUNK, LogOwners, Tail, newest, signed_in


def test_the_log_of_the_latest_start_is_the_newest_even_while_an_older_one_is_written(tmp_path: Path) -> None:
    for name in (
        "output_log_2026-01-02_09-00-00.txt",
        "output_log_2026-01-01_23-00-00.txt",
        "output_log_23-00-00.txt",
    ):
        (tmp_path / name).touch()
    os.utime(tmp_path / "output_log_2026-01-02_09-00-00.txt", (1.0, 1.0))
    (tmp_path / "output_log_2027-01-01_00-00-00.bak").touch()
    assert newest(tmp_path) == tmp_path / "output_log_2026-01-02_09-00-00.txt"


def test_a_folder_that_is_not_there_has_no_log(tmp_path: Path) -> None:
    assert newest(tmp_path / "none") is None
    assert newest(tmp_path) is None


def test_windows_keeps_it_beside_the_local_data() -> None:
    user = Path("/users/x")
    assert usual_places("win32", {"LOCALAPPDATA": "/d/AppData/Local"}, user) == (
        Path("/d/AppData/LocalLow/VRChat/VRChat"),
    )
    assert usual_places("win32", {}, user) == (user / "AppData/LocalLow/VRChat/VRChat",)


def test_proton_keeps_it_in_the_prefix_of_the_game() -> None:
    first = usual_places("linux", {}, Path("/home/x"))[0]
    assert first == Path(
        "/home/x/.local/share/Steam/steamapps/compatdata/438100/pfx/drive_c/users/steamuser"
        "/AppData/LocalLow/VRChat/VRChat"
    )


def test_where_the_game_does_not_run_there_is_no_usual_place() -> None:
    assert usual_places("darwin", {}, Path("/Users/x")) == ()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "output_log_2026-01-01_00-00-00.txt"
    path.touch()
    return path


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_a_line_is_read_when_its_end_is_there(log: Path) -> None:
    tail = Tail(log)
    add(log, "eins\r\nzw\u00f6".encode()[:-1])
    assert tail.read() == (("eins",), False)
    add(log, "\u00f6".encode()[-1:] + b"lf\n")
    assert tail.read() == (("zw\u00f6lf",), False)
    assert tail.read() == ((), False)


def test_bytes_that_are_no_text_do_no_harm(log: Path) -> None:
    add(log, b"\xff\xfe\x00\nnext\n")
    assert Tail(log).read()[0][1] == "next"


def test_a_long_log_is_read_in_portions_without_losing_a_line(log: Path) -> None:
    lines = tuple(f"line {n}" for n in range(60_000))
    add(log, "\n".join(lines).encode() + b"\n")
    tail, portions, more = Tail(log), 0, True
    found: tuple[str, ...] = ()
    while more:
        part, more = tail.read()
        found, portions = (*found, *part), portions + 1
    assert found == lines
    assert portions == log.stat().st_size // CHUNK + 1


def test_an_endless_line_is_left_out_and_kept_nowhere(log: Path) -> None:
    add(log, b"x" * (3 * CHUNK) + b"\nnext\n")
    tail = Tail(log)
    assert [tail.read() for _ in range(4)] == [((), True), ((), True), ((), True), (("next",), False)]


def test_a_log_that_shrinks_is_read_from_its_beginning(log: Path) -> None:
    add(log, b"one\ntwo\n")
    tail = Tail(log)
    tail.read()
    log.write_bytes(b"new\n")
    assert tail.read() == (("new",), False)
    assert tail.restarts == 1


def game(folder: Path, hour: str, account: str) -> Path:
    path = folder / f"output_log_2026-01-01_{hour}-00-00.txt"
    line = (
        f"2026.01.01 {hour}:00:01 Debug      -  User Authenticated: {account} (usr_00000001)\n"
        if account
        else "\n"
    )
    path.write_text("2026.01.01 00:00:00 Debug      -  VRChat Build\n" + line, "utf-8")
    return path


def test_of_two_games_the_one_in_which_the_account_signed_in_is_followed(tmp_path: Path) -> None:
    bots, owners = game(tmp_path, "10", "Gerald Bot․"), game(tmp_path, "11", "Owner")
    assert signed_in(owners) == "Owner"
    assert newest(tmp_path, "gerald bot.") == bots
    assert newest(tmp_path, "Somebody Else") == owners
    assert newest(tmp_path) == owners
    again = game(tmp_path, "12", "Gerald Bot․")
    assert newest(tmp_path, "Gerald Bot.") == again


def test_who_signed_in_is_looked_up_again_until_somebody_has(tmp_path: Path) -> None:
    owners, path = LogOwners(), game(tmp_path, "10", "")
    assert owners(path) == ""
    game(tmp_path, "10", "Gerald Bot")
    assert owners(path) == "Gerald Bot"
    game(tmp_path, "10", "Another")
    assert owners(path) == "Gerald Bot"  # one look is enough


def test_who_has_no_folder_of_their_own_has_no_usual_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobody)
    assert own_folder() is None
    assert usual_places("linux", {}, None) == usual_places("win32", {}, None) == ()
