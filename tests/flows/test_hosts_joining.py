"""A home and a machine that joins it, as processes that somebody started: on loopback, and in networks of their own."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from supervisor.demo.instance import free_port
from supervisor.hosts.identity.identity import agent_folder, identity_of
from supervisor.hosts.identity.registry import Registry
from tests.flows.conftest import Command, forked_instance, ports

WITHIN = 60.0


class Invited:
    """A running `supervisor host invite`. inside: what its command begins with, such as another network."""

    def __init__(self, home: Path, *arguments: str, inside: Sequence[str] = ()) -> None:
        command = [
            *inside,
            sys.executable,
            "-m",
            "supervisor",
            "--home",
            str(home),
            "host",
            "invite",
            *arguments,
        ]
        self._process = subprocess.Popen(
            [*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.code: str = self.next()["code"]

    def next(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            found = json.loads(line)
        except ValueError:
            raise AssertionError(line + self._process.stdout.read()) from None
        assert isinstance(found, dict)
        return found

    def ended(self) -> int:
        return self._process.wait(WITHIN)

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(WITHIN)


@contextmanager
def invited(home: Path, *arguments: str, inside: Sequence[str] = ()) -> Iterator[Invited]:
    running = Invited(home, *arguments, inside=inside)
    try:
        yield running
    finally:
        running.end()


@pytest.fixture
def host(tmp_path: Path) -> Command:
    """The command on the other machine."""
    return Command(tmp_path / "host")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (folder := tmp_path / "home").mkdir()
    return folder


def listen(supervisor: Command, where: str) -> None:
    supervisor("config", "set", "--save", "hosts.listen", where)


def test_a_machine_joins_and_is_removed(supervisor: Command, host: Command) -> None:
    listen(supervisor, "127.0.0.1:7447")
    with invited(supervisor.home, "gpu-box", "--port", "0") as waiting:
        joined = host.json_of("host", "join", waiting.code)
        assert joined == {"joined": "gpu-box", "home": ["127.0.0.1:7447"], "lacking": []}
        assert [waiting.next()["event"] for _ in range(2)] == ["connected", "joined"]
        assert waiting.next()["joined"] is True
        assert waiting.ended() == 0
    (row,) = supervisor.json_of("host", "list")["hosts"]
    assert (row["name"], row["state"], row["configured"]) == ("gpu-box", "joined", False)
    assert host.json_of("host", "list")["joined"]["name"] == "gpu-box"
    certificate = identity_of(agent_folder(host.home / "data")).certificate.read_bytes()
    assert Registry(supervisor.home / "data").admit(certificate) == "gpu-box"

    # the code was good once, and another home may not be joined by accident
    assert "is the invitation still open" in host("host", "join", waiting.code, "--again", code=1).lower()
    assert "--again" in host("host", "join", waiting.code, code=1)
    assert identity_of(agent_folder(host.home / "data")).certificate.read_bytes() == certificate

    supervisor("host", "remove", "gpu-box", "--yes")
    (row,) = supervisor.json_of("host", "list")["hosts"]
    assert row["state"] == "removed"


def test_who_invites_can_withdraw_it(supervisor: Command, host: Command) -> None:
    listen(supervisor, "127.0.0.1:7447")
    with invited(supervisor.home, "gpu-box", "--port", "0") as waiting:
        waiting.end()
        assert "nothing listens there" in host("host", "join", waiting.code, code=1)
    assert supervisor.json_of("host", "list")["hosts"] == []


def test_guesses_end_it(supervisor: Command, host: Command) -> None:
    from supervisor.hosts.identity.invitation import SECRET, Invitation, decode, encode

    listen(supervisor, "127.0.0.1:7447")
    with invited(supervisor.home, "gpu-box", "--port", "0") as waiting:
        right = decode(waiting.code)
        wrong = encode(Invitation(right.addresses, right.port, right.authority, b"x" * SECRET))
        for _ in range(5):
            assert "not the invitation's secret" in host("host", "join", wrong, code=1)
            assert waiting.next()["event"] == "refused"
        assert waiting.next()["ended"] == "guessed"
        assert waiting.ended() == 1


class Agent:
    """A running `supervisor host run`, and the lines that it prints."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", "supervisor", "--home", str(home), "host", "run"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def until(self, words: str) -> None:
        """Wait until it prints a line with these."""
        while words not in self._lines.get(timeout=WITHIN):
            pass

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(WITHIN)


def joined(supervisor: Command, host: Command, *arguments: str) -> None:
    with invited(supervisor.home, "gpu-box", "--port", "0") as waiting:
        host("host", "join", waiting.code, *arguments)
        assert waiting.ended() == 0


def link_of(supervisor: Command) -> str:
    (row,) = supervisor.json_of("host", "list")["hosts"]
    return f"{row['state']}, {(row['link'] or {}).get('state')}"


def test_a_host_is_there_until_it_is_removed_and_again_once_it_is_invited_anew(
    supervisor: Command, host: Command
) -> None:
    listening = f"127.0.0.1:{free_port()}"
    listen(supervisor, listening)
    joined(supervisor, host)
    settings = (*ports(), "llm.mock_responses=true", "hosts.machines={gpu-box: {}}")
    with forked_instance(supervisor.home, settings, {}, "--text"):
        agent = Agent(host.home)
        try:
            agent.until("connected to the home")
            assert link_of(supervisor) == "joined, up"
            supervisor("host", "remove", "gpu-box", "--yes")
            agent.until("gpu-box was removed from this home; invite it again")
            assert link_of(supervisor).startswith("removed")
            joined(supervisor, host, "--again")
            agent.until("connected to the home")
            assert link_of(supervisor) == "joined, up"
        finally:
            agent.end()


@dataclass
class Networks:
    """Two machines in networks of their own with a cable between: how a command begins that runs on each."""

    home: Sequence[str]
    host: Sequence[str]
    home_address: str
    names: list[str] = field(default_factory=list)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30.0)


@pytest.fixture
def networks() -> Iterator[Networks]:
    """Skipped where this system does not let the test make them."""
    mark = f"{os.getpid() % 100000:05}"
    names = [f"gerald{mark}a", f"gerald{mark}b"]
    try:
        for name in names:
            _ip("netns", "add", name)
        ends = [f"g{mark}a", f"g{mark}b"]
        _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1])
        for name, end, address in zip(names, ends, ("10.77.0.1", "10.77.0.2"), strict=True):
            _ip("link", "set", end, "netns", name)
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", end)
            _ip("-n", name, "link", "set", end, "up")
            _ip("-n", name, "link", "set", "lo", "up")
    except (OSError, subprocess.CalledProcessError) as error:
        _remove(names)
        pytest.skip(f"no network namespaces can be made here: {error}")
    inside = [("ip", "netns", "exec", name) for name in names]
    yield Networks(inside[0], inside[1], "10.77.0.1")
    _remove(names)


def _remove(names: Sequence[str]) -> None:
    for name in names:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=30.0)


def test_machines_in_networks_of_their_own_join_by_the_code_alone(
    supervisor: Command, tmp_path: Path, networks: Networks
) -> None:
    """The code itself says where the home is: the address that its network has."""
    listen(supervisor, "0.0.0.0:7447")
    join = [
        *networks.host,
        sys.executable,
        "-m",
        "supervisor",
        "--home",
        str(tmp_path / "host"),
        "host",
        "join",
    ]
    with invited(supervisor.home, "gpu-box", inside=networks.home) as waiting:
        done = subprocess.run([*join, waiting.code, "--json"], capture_output=True, text=True, timeout=WITHIN)
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["home"] == [f"{networks.home_address}:7447"]
        assert [waiting.next()["event"] for _ in range(2)] == ["connected", "joined"]
        assert waiting.ended() == 0
    # the cable is cut: said within the time that a connection may take, and nothing is changed
    with invited(supervisor.home, "gpu-box", "--again", inside=networks.home) as waiting:
        cable = next(name for name in _links(networks.home[3]) if name.startswith("g"))
        _ip("-n", networks.home[3], "link", "set", cable, "down")
        done = subprocess.run(
            [*join, waiting.code, "--again"], capture_output=True, text=True, timeout=WITHIN
        )
        assert done.returncode == 1
        assert "the home was not found" in done.stderr
    assert identity_of(agent_folder(tmp_path / "host" / "data")).name == "gpu-box"


def _links(namespace: str) -> list[str]:
    done = subprocess.run(
        ["ip", "-n", namespace, "-j", "link"], check=True, capture_output=True, timeout=30.0
    )
    return [str(link["ifname"]) for link in json.loads(done.stdout)]
