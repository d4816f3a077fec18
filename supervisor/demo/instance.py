"""The demo's own instance: `supervisor run` in its own process and home."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from supervisor.control.client import call, stream
from supervisor.control.wire import RequestRefused
from supervisor.instance import NoInstance

READY_WITHIN = 90.0


class DemoFailed(Exception):
    """The demo cannot continue; the text says why, and what the instance printed last."""


class Process(Protocol):
    """What is needed of a subprocess.Popen."""

    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


class DemoInstance:
    """Use as a context: the instance is READY inside it, and stopped in order after it.

    start: starts its process, given what subprocess.Popen is given."""

    def __init__(
        self,
        home: Path,
        settings: Sequence[str],
        environment: Mapping[str, str],
        *flags: str,
        start: Callable[..., Process] = subprocess.Popen,
    ) -> None:
        self.home = home
        # Nobody looks at the page, unless the settings say otherwise: the last one counts.
        options = [part for setting in ("page.enabled=false", *settings) for part in ("--set", setting)]
        program = (sys.executable, "-m", "supervisor", "--home", str(home))
        self._command = [*program, "run", "--no-launcher", *options, *flags]
        # Only the demo's own settings count, not those of this machine's usual instance.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GERALD_")}
        self._environment = {**kept, **environment}
        self._start = start
        self._output = home / "run.out"
        self.load_seconds = 0.0
        self.exit_code: int | None = None

    def __enter__(self) -> "DemoInstance":
        begun = time.monotonic()
        with self._output.open("w") as output:
            self._process = self._start(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C ends the demo, and the demo ends this
            )
        try:
            self._await_ready()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        self.load_seconds = time.monotonic() - begun
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it as `supervisor stop` does."""
        with contextlib.suppress(NoInstance, RequestRefused):
            call(self.home, {"do": "stop"})
        try:
            self.exit_code = self._process.wait(20.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.exit_code = self._process.wait()

    def call(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request, one answer. Raises DemoFailed."""
        try:
            return call(self.home, request)
        except (NoInstance, RequestRefused) as error:
            raise DemoFailed(f"{error}\n{self.printed()}") from None

    def watch(self) -> Iterator[dict[str, Any]]:
        """Every event of the instance, until it stops."""
        with contextlib.suppress(NoInstance, RequestRefused):
            yield from (event for event in stream(self.home, {"do": "watch"}, 30.0) if event)

    def printed(self) -> str:
        """The last lines that the instance printed."""
        return "\n".join(self._output.read_text(errors="replace").splitlines()[-15:])

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        pause = threading.Event()
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                status = self._process.returncode
                raise DemoFailed(f"the instance ended with status {status}:\n{self.printed()}")
            with contextlib.suppress(NoInstance, RequestRefused):
                if call(self.home, {"do": "status"}).get("ready"):
                    return
            pause.wait(0.1)
        raise DemoFailed(f"the instance was not ready within {READY_WITHIN:g} s:\n{self.printed()}")


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    """An unused port on 127.0.0.1: of UDP, or with SOCK_STREAM of TCP."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
