"""Hosts as they are: `supervisor host run` in processes of their own, with a folder each, over the real wire."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from supervisor.chaos.machines import start_agent


class AgentProcess:
    """`supervisor host run` in the folder of a machine. before: what the command line begins with, such as a network
    namespace."""

    def __init__(self, machine: Path, before: Sequence[str] = ()) -> None:
        self._machine, self._before = machine, before
        self._output = machine / "agent.out"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = start_agent(self._machine, self._before)

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
