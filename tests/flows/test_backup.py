"""Backups of a real instance: made while it talks, and brought back when it does not run."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from actors.persistence.store.record import scan
from config.home import Home
from config.secrets.data_key_file import open_data_cipher
from config.secrets.key_file import KEY_FILE_VARIABLE, KeySource
from supervisor.demo.instance import DemoInstance
from supervisor.trace.read.segment_reader import Torn, open_segment
from tests.flows.conftest import Command, forked_instance, ports

pytestmark = pytest.mark.slow
WITHIN = 60.0


def started(home: Path) -> DemoInstance:
    return forked_instance(home, (*ports(), "llm.mock_responses=true"), {}, "--text")


def names(supervisor: Command) -> set[str]:
    users = supervisor.json_of("state", "show", "users")["state"]["users"]
    return {user["display_name"] for user in users.values()}


def epochs(supervisor: Command) -> Mapping[str, int]:
    return {
        domain: supervisor.json_of("state", "show", domain)["version"]["epoch"]
        for domain in ("users", "conversation", "system", "world", "avatar")
    }


def backups(supervisor: Command) -> list[dict[str, Any]]:
    found = supervisor.json("backup", "ls")
    assert isinstance(found, list)
    return found


def backup_of_all(supervisor: Command) -> dict[str, Any]:
    """Made as soon as there is something of everybody: what was said just now is stored a moment later."""
    end = time.monotonic() + WITHIN
    while True:
        made = supervisor.json_of("backup")
        if {"users", "conversation"} <= set(made["domains"]):
            return made
        assert time.monotonic() < end, made


def test_what_was_backed_up_is_there_again_after_a_restore(home: Path, supervisor: Command) -> None:
    with started(home):
        supervisor("talk", "Remember the lighthouse", "--as", "Anna")
        made = backup_of_all(supervisor)
        supervisor("talk", "Remember the harbour", "--as", "Ben")
        assert names(supervisor) == {"Anna", "Ben"}
        before = epochs(supervisor)
        refused = supervisor("restore", made["path"], "--yes", code=4)
        assert "supervisor stop" in refused
        supervisor("stop")

    damaged = home / "damaged.backup"
    data = Path(made["path"]).read_bytes()
    damaged.write_bytes(data[:500] + bytes((data[500] ^ 1,)) + data[501:])
    assert "is damaged" in supervisor("restore", str(damaged), "--yes", code=1)
    assert "add --yes" in supervisor("restore", made["path"], code=1)

    restored = supervisor.json_of("restore", made["path"], "--yes")
    (kept,) = restored["before"]
    with started(home):
        assert names(supervisor) == {"Anna"}
        assert "lighthouse" in str(supervisor.json_of("state", "show", "conversation")["state"])
        after = epochs(supervisor)
        for domain, version in restored["domains"].items():
            assert after[domain] > version["epoch"] > before[domain]
        health = supervisor.json_of("status")["actors"]
        assert [row["health"] for row in health if row["address"] == "persistence"] == ["OK"]
        supervisor("stop")

    supervisor("restore", kept, "--domain", "users", "--yes")
    with started(home):
        assert names(supervisor) == {"Anna", "Ben"}


def test_who_was_forgotten_since_is_not_brought_back(home: Path, supervisor: Command) -> None:
    with started(home):
        supervisor("talk", "Remember the lighthouse", "--as", "Anna")
        supervisor("talk", "Remember the harbour", "--as", "Ben")
        made = supervisor.json_of("backup")
        supervisor("users", "forget", "Anna", "--yes")
        supervisor("stop")
    supervisor("restore", made["path"], "--yes")
    with started(home):
        assert names(supervisor) == {"Ben"}
        supervisor("stop")
    kept = (home / "data" / "state.lmdb" / "data.mdb", *(home / "data" / "state" / "users").iterdir())
    records = [record for path in kept for record in scan(path.read_bytes()) if record.domain == "users"]
    assert any(b"harbour" in record.payload for record in records)
    assert not any(b"lighthouse" in record.payload for record in records)


def test_backups_are_made_while_nothing_runs_and_listed(home: Path, supervisor: Command) -> None:
    assert "nothing is remembered" in supervisor("backup", code=1)
    assert "there are no backups" in supervisor("backup", "ls")
    with started(home):
        supervisor("talk", "Hello", "--as", "Anna")
        supervisor("stop")
    made = supervisor.json_of("backup")
    (row,) = backups(supervisor)
    assert (row["path"], row["valid"], row["sealed"]) == (made["path"], True, False)
    assert set(row["domains"]) == set(made["domains"]) >= {"users", "conversation", "system"}
    Path(made["path"]).write_bytes(b"nothing")
    (row,) = backups(supervisor)
    assert not row["valid"]
    assert made["path"] in row["why"]


def test_an_encrypted_home_has_encrypted_backups_that_its_key_alone_opens(
    home: Path, supervisor: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GERALD_KEY_FILE", str(tmp_path / "keys" / "key"))
    with started(home):
        supervisor("talk", "Remember the lighthouse", "--as", "Anna")
        supervisor("stop")
    supervisor("config", "set", "storage.encrypt", "true", "--save")
    made = supervisor.json_of("backup")
    assert made["sealed"]
    assert b"lighthouse" not in Path(made["path"]).read_bytes()
    elsewhere = Command(tmp_path / "elsewhere")
    assert "is encrypted" in elsewhere("restore", made["path"], "--yes", code=1)
    assert "encrypted: " in elsewhere("backup", "ls", str(Path(made["path"]).parent))
    assert set(supervisor.json_of("restore", made["path"], "--yes")["domains"]) == set(made["domains"])


@pytest.mark.parametrize("pin", ["thread", "process"])
def test_one_backup_of_a_plain_home_can_be_encrypted(
    home: Path, supervisor: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pin: str
) -> None:
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "keys" / "key"))
    environ = {KEY_FILE_VARIABLE: str(tmp_path / "keys" / "key")}
    settings = (*ports(), "llm.mock_responses=true", f"actors.persistence.pin={pin}")
    with forked_instance(home, settings, environ, "--text"):
        supervisor("talk", "Remember the lighthouse", "--as", "Anna")
        before = epochs(supervisor)
        said = supervisor("backup", "--encrypt")
        assert "its key was made" in said
        made = supervisor.json_of("backup", "--encrypt")
        assert made["sealed"]
        assert b"lighthouse" not in Path(made["path"]).read_bytes()
        assert not supervisor.json_of("backup")["sealed"]
        supervisor("talk", "Remember the harbour", "--as", "Ben")
        assert names(supervisor) == {"Anna", "Ben"}
        assert epochs(supervisor) == before  # nobody but persistence was started again
    key = open_data_cipher(Home(home), KeySource(environ), make=False).key.encode()
    traces = tuple((home / "data" / "traces").rglob("*.mcap"))
    torn: list[Torn] = []
    lines = [line for path in traces for _, line in open_segment(path, torn.append).lines()]
    assert any(b"lighthouse" in line for line in lines)
    assert not any(key in line for line in lines)
    supervisor("restore", made["path"], "--yes")
    assert b"lighthouse" in (home / "data" / "state.lmdb" / "data.mdb").read_bytes()
    stopped = supervisor.json_of("backup", "--encrypt")
    assert stopped["sealed"]
    assert {person["display_name"] for person in people(supervisor)} == {"Anna"}


def people(supervisor: Command) -> list[dict[str, Any]]:
    found = supervisor.json("users", "list")
    assert isinstance(found, list)
    return found
