"""A real instance whose memory is encrypted: nobody reads it in the files, and a lost key costs nothing but the key."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from config.secrets.key_file import KEY_FILE_VARIABLE, make_key_file
from supervisor.control.client import call, stream
from supervisor.demo.instance import DemoInstance
from supervisor.tree import DOMAINS
from tests.flows.conftest import Command, forked_instance, ports

pytestmark = pytest.mark.slow

READ_WITHIN = 20.0
"""Seconds within which a domain tries again to read what it could not."""
WORDS = (b"lighthouse", b"harbour")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Where the key file is; outside of the home."""
    return tmp_path / "keys" / "key"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def started(home: Path, key: Path) -> Callable[..., DemoInstance]:
    home.mkdir()

    def start(*settings: str, encrypt: bool = True) -> DemoInstance:
        always = ("llm.mock_responses=true", "trace.enabled=false", f"storage.encrypt={str(encrypt).lower()}")
        return forked_instance(home, (*ports(), *always, *settings), {KEY_FILE_VARIABLE: str(key)}, "--text")

    return start


def stored(home: Path) -> Mapping[Path, bytes]:
    """What is kept of the memory. LMDB's lock is nothing of it."""
    data = home / "data"
    files = (*(data / "state.lmdb").rglob("*"), *(data / "state").rglob("*"), data / "seal.json")
    return {path: path.read_bytes() for path in files if path.is_file() and path.name != "lock.mdb"}


def readable(home: Path) -> set[str]:
    """The files below data/ in which a word of the talk can be read."""
    found = (path for path in (home / "data").rglob("*") if path.is_file())
    return {path.name for path in found if any(word in path.read_bytes() for word in WORDS)}


def wait_until_well(home: Path, *addresses: str) -> None:
    """For the status in which these actors are OK."""
    deadline = time.monotonic() + READ_WITHIN
    for status in stream(home, {"do": "follow"}, READ_WITHIN):
        if all(row_of(status, address)["health"] == "OK" for address in addresses):
            return
        assert time.monotonic() < deadline
    raise AssertionError(f"{', '.join(addresses)} were not OK before the end")


def row_of(status: Mapping[str, Any], address: str) -> Mapping[str, Any]:
    (row,) = (row for row in status["actors"] if row["address"] == address)
    return row


def health(home: Path, address: str = "persistence") -> str:
    row = row_of(call(home, {"do": "status"}), address)
    return f"{row['health']} {row['reason']} -> {row['remedy']}"


def remembered(home: Path) -> str:
    return str(call(home, {"do": "state", "domain": "conversation", "path": ""})["state"])


@pytest.mark.parametrize("pin", ["thread", "process"])
def test_the_words_of_a_talk_are_in_no_file_and_the_next_start_reads_them(
    home: Path, key: Path, supervisor: Command, started: Callable[..., DemoInstance], pin: str
) -> None:
    pinned = f"actors.persistence.pin={pin}"
    with started(pinned):
        supervisor("talk", "Remember the lighthouse", "--as", "Anna")
        made = supervisor.json_of("backup")
        assert made["sealed"]
        supervisor("restart", "persistence")
        supervisor("talk", "Remember the harbour", "--as", "Ben")
        assert health(home).startswith("OK")
        supervisor("stop")
    assert readable(home) == set()
    assert not any(key.read_bytes().split()[1] in data for data in stored(home).values())
    with started(pinned):
        assert all(word.decode() in remembered(home) for word in WORDS)
        assert health(home).startswith("OK")
        supervisor("stop")
    assert readable(home) == set()
    # What was encrypted can be read when no more is, and becomes plain as it changes.
    with started(pinned, encrypt=False):
        assert all(word.decode() in remembered(home) for word in WORDS)
        supervisor("talk", "Remember the harbour wall", "--as", "Ben")
        supervisor("stop")
    assert "data.mdb" in readable(home)
    # And is encrypted again, all of it, when it is wanted again.
    with started(pinned):
        assert health(home).startswith("OK")
        supervisor("stop")
    assert readable(home) == set()


@pytest.mark.parametrize("pin", ["thread", "process"])
def test_without_its_key_nothing_is_lost_and_the_bot_talks(
    home: Path, key: Path, supervisor: Command, started: Callable[..., DemoInstance], pin: str
) -> None:
    pinned = f"actors.persistence.pin={pin}"
    with started(pinned):
        supervisor("talk", "Remember the lighthouse", "--as", "Anna")
        supervisor("stop")
    before = stored(home)

    kept = key.rename(key.with_name("kept"))
    with started(pinned):
        said = health(home)
        assert said.startswith("DEGRADED the memory is encrypted")
        assert "the key is missing" in said
        assert "supervisor secrets export-key" in said
        supervisor("talk", "Remember the harbour", "--as", "Ben")
        assert "harbour" in remembered(home)
        supervisor("stop", code=5)  # what Ben said is not stored
    assert stored(home) == before

    make_key_file(key)
    with started(pinned):
        assert "the wrong key" in health(home)
        supervisor("stop", code=5)
    assert stored(home) == before

    whole = (home / "data" / "seal.json").read_bytes()
    (home / "data" / "seal.json").write_bytes(whole[:50])
    with started(pinned):
        assert "seal.json is damaged" in health(home)
        supervisor("stop", code=5)
    (home / "data" / "seal.json").write_bytes(whole)
    assert stored(home) == before

    with started(pinned):
        supervisor("talk", "Remember the harbour", "--as", "Ben")
        key.unlink()
        kept.rename(key)
        supervisor("restart", "persistence")
        wait_until_well(home, *DOMAINS)  # each reads by itself what is stored
        assert "lighthouse" in remembered(home)
        supervisor("stop")
    with started(pinned):
        assert "lighthouse" in remembered(home)
        assert health(home).startswith("OK")
        supervisor("stop")
    assert readable(home) == set()
