"""Other machines for a chaos test: node agents with folders of their own, each behind a bad network to the home."""

import datetime
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from supervisor.chaos.relay import Relay, Weather
from supervisor.faults.plan import Fault
from supervisor.hosts.identity.authority import make_key, make_request
from supervisor.hosts.identity.home import issue_to_host, make_home
from supervisor.hosts.identity.identity import agent_folder, write_identity
from supervisor.hosts.identity.membership import Membership, write_membership
from supervisor.hosts.identity.registry import Registry

BAD = Weather(delay=0.1, loss=0.05)
"""The usual network of such a test: 200 ms there and back, and one of twenty packets is lost."""

SPOILED = 16
"""Bytes that are taken out of what passes."""

ENDS_WITHIN = 10.0


class Machine:
    """One of them. home: the home's folder. folder: its own. port: at which the home listens."""

    def __init__(self, name: str, home: Path, folder: Path, port: int, seed: int) -> None:
        self.name = name
        self._folder = folder
        self._relay = Relay(("127.0.0.1", port), seed=seed)
        self._relay.weather = BAD
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._later: list[threading.Timer] = []
        join(home, folder, name, self._relay.address)

    def start(self) -> None:
        """Start its agent, unless it runs."""
        with self._lock:
            if not (self._closed or (self._process is not None and self._process.poll() is None)):
                self._process = start_agent(self._folder)

    def part(self, seconds: float) -> bool:
        """Let nothing through for a while."""
        self._relay.weather = replace(BAD, passing=False)
        self._after(seconds, self.heal)
        return True

    def die(self, seconds: float) -> bool:
        """Switch it off, with all that runs there, and on again after a while. False when it is off."""
        died = self._kill()
        self._after(seconds, self.start)
        return died

    def cut(self, _: float) -> bool:
        """End its connections; it connects again."""
        self._relay.cut()
        return True

    def spoil(self, _: float) -> bool:
        """Take something out of what passes next."""
        self._relay.spoil(SPOILED)
        return True

    def heal(self) -> None:
        """The usual network again."""
        self._relay.heal()
        self._relay.weather = BAD

    def recover(self) -> None:
        """End whatever is wrong with it."""
        self.heal()
        self.start()

    def close(self) -> None:
        """Stop the agent, and end what is left of it."""
        for timer in self._later:
            timer.cancel()
        self.heal()
        with self._lock:
            self._closed = True
            process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._kill()
        self._relay.close()

    def _kill(self) -> bool:
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                return False
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, call)
        timer.daemon = True
        self._later.append(timer)
        timer.start()


class Machines:
    """All of them, by name. Use as a context: within it their agents run. port: a free one, at which the home is to
    listen."""

    def __init__(self, home: Path, count: int, port: int, seed: int) -> None:
        self._port = port
        self._machines = {}
        for number in range(1, count + 1):
            folder = home / f"machine-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            self._machines[folder.name] = Machine(folder.name, home, folder, port, seed + number)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._machines)

    def settings(self, actors: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The sections of the configuration that place these actors there. actors: their other settings."""
        placed = {name: {**item, "pin": "host:*", "elsewhere": "process"} for name, item in actors.items()}
        return {
            "hosts": {
                "listen": f"127.0.0.1:{self._port}",
                "machines": {name: {} for name in self._machines},
            },
            "actors": placed,
        }

    def __enter__(self) -> "Machines":
        for machine in self._machines.values():
            machine.start()
        return self

    def __exit__(self, *_: object) -> None:
        for machine in self._machines.values():
            machine.close()

    def inject(self, fault: Fault) -> bool:
        """Let the fault happen. False when its machine is off already."""
        return _MEANS[fault.kind](self._machines[fault.target], fault.seconds)

    def recover(self) -> None:
        """End whatever is wrong with any of them."""
        for machine in self._machines.values():
            machine.recover()


_MEANS: Mapping[str, Callable[[Machine, float], bool]] = {
    "partition": Machine.part,
    "lost host": Machine.die,
    "lost link": Machine.cut,
    "lost frame": Machine.spoil,
}
KINDS = frozenset(_MEANS)


def start_agent(machine: Path, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start `supervisor host run` in the folder of a machine, in a session of its own; it prints to `agent.out` there.
    before: what the command begins with, such as a network namespace."""
    line = (sys.executable, "-m", "supervisor", "--home", str(machine), "host", "run", "--no-launcher")
    with (machine / "agent.out").open("ab") as output:
        return subprocess.Popen(
            (*before, *line),
            env={name: value for name, value in os.environ.items() if not name.startswith("GERALD_")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def join(home: Path, machine: Path, name: str, address: str) -> None:
    """Let the machine with this folder in, as `host invite` and `host join` do. address: of the home, for it."""
    data, now = home / "data", datetime.datetime.now(datetime.UTC)
    make_home(data, now)
    key = make_key()
    certificate, authority = issue_to_host(data, make_request(key), name, now)
    Registry(data).add(name, certificate)
    folder = agent_folder(machine / "data")
    write_identity(folder, key, certificate, authority)
    write_membership(folder, Membership((address,), time.time()))
