"""Hosts as they are: `supervisor host run` in processes of their own, with a folder each, over the real wire."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from supervisor.hosts.identity.authority import make_key, make_request
from supervisor.hosts.identity.home import issue_to_host, make_home
from supervisor.hosts.identity.identity import agent_folder, write_identity
from supervisor.hosts.identity.membership import Membership, write_membership
from supervisor.hosts.identity.registry import Registry
from tests.doubles.wired import _now


def join(home: Path, machine: Path, name: str, address: str) -> None:
    """Let the machine with this folder in as a host of `home`, as `host invite` and `host join` do."""
    data, now = home / "data", _now()
    make_home(data, now)
    key = make_key()
    certificate, authority = issue_to_host(data, make_request(key), name, now)
    Registry(data).add(name, certificate)
    folder = agent_folder(machine / "data")
    write_identity(folder, key, certificate, authority)
    write_membership(folder, Membership((address,), time.time()))


class AgentProcess:
    """`supervisor host run` in the folder of a machine. before: what the command line begins with, such as a network
    namespace."""

    def __init__(self, machine: Path, before: Sequence[str] = ()) -> None:
        self._command = (
            *before,
            sys.executable,
            "-m",
            "supervisor",
            "--home",
            str(machine),
            "host",
            "run",
            "--no-launcher",
        )
        self._output = machine / "agent.out"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GERALD_")}
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As when the machine is switched off: the agent and all its workers at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> int:
        """In order; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30.0)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    @property
    def said(self) -> str:
        return self._output.read_text(errors="replace")
