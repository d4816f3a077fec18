"""Starts the root process and watches it. Imports next to nothing: it must be small, and it must not break.

When the root dies, however it dies, VRChat is sent what the root had handed over for that case: zeroed inputs, typing
off. Then the root is started again.
"""

import contextlib
import os
import queue
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Client, Listener
from typing import Any, Protocol

from actors.vocabulary.process_end import ended
from supervisor.connection import Connection
from supervisor.console import hear_console, is_console
from supervisor.launcher.restart_policy import GAVE_UP, RestartSettings, after_death, is_decision
from supervisor.launcher.service_manager import VARIABLE as SERVICE
from supervisor.launcher.service_manager import ServiceManager

VARIABLE = "GERALD_LAUNCHER"
"""How the root finds its launcher: the family, address and key of a socket."""

SILENT = 30.0
"""Seconds without a heartbeat after which a root hangs."""

STOP_WITHIN = 20.0
"""Seconds after which a root that was told to stop is killed; it has shorter limits of its own."""

SAME_REQUEST = 0.5
"""Seconds within which signals are one request: a terminal and a service manager may both send one."""

TICK = 1.0

LAST_WORDS = 5.0
"""Seconds that what a root told before its end may take to arrive, on a machine that is busy."""

SAID_WITHIN = 0.2
"""Seconds that a line may take to be printed."""


def own_python(executable: str, base: str, platform: str) -> tuple[str, Mapping[str, str]]:
    """The program to start for another process of this Python, and what to tell it by its environment.

    executable, base, platform: as of `sys`. On Windows the python.exe of a virtual environment only starts the one that
    it was made with and waits: the number of its process would be another's. Multiprocessing does the same."""
    if platform == "win32" and base and base != executable:
        return base, {"__PYVENV_LAUNCHER__": executable}
    return executable, {}


def launch(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run `command`, the root's, with more variables if given, until it ends as it should; the exit status."""
    news: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    _hear_signals(news)
    service = ServiceManager.found(STOP_WITHIN + LAST_WORDS)
    told = {**(environment or {}), **({SERVICE: f"{service.answer_every:g}"} if service.present else {})}
    return Launcher(lambda deaths: _Root(command, news, deaths, told), news, service=service).run()


def _hear_signals(news: "queue.SimpleQueue[tuple[str, Any]]") -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: news.put(("signal", number)))
    hear_console(lambda: news.put(("signal", signal.SIGTERM)))
    if hasattr(
        signal, "SIGTTOU"
    ):  # in the background, under `stty tostop`, a line that is printed would stop us
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)


class News(Protocol):
    """What has happened: ("signal", its number), ("told", (root, what)) or ("exit", root), oldest first."""

    def get(self, *, timeout: float) -> tuple[str, Any]:
        """Raises queue.Empty after `timeout` seconds."""


class Root(Protocol):
    """A root process. connected: its line to the launcher is open. code: its exit status, minus the signal that killed
    it."""

    report: "RootReport"
    pid: int
    code: int

    @property
    def connected(self) -> bool: ...
    def stop(self) -> None:
        """Tell it to stop in order."""

    def kill(self) -> None:
        """End it at once."""

    def rest(self) -> None:
        """Send what its report holds for the case that it cannot any more."""

    def clean(self) -> None:
        """Remove what it left behind."""


class Launcher:
    """Starts roots by `spawn`, which is given the number of deaths so far, and decides by the `news` of them.

    service: the service manager that is to know of it; by default none."""

    def __init__(
        self,
        spawn: Callable[[int], Root],
        news: News,
        monotonic: Callable[[], float] | None = None,
        say: Callable[[str], None] | None = None,
        service: ServiceManager | None = None,
    ) -> None:
        self._service = service or ServiceManager()
        self._spawn = spawn
        self._news = news
        self._monotonic = monotonic or time.monotonic
        self._say = say or _say
        self._asked_at = 0.0
        self._signal = 0
        self._deaths: tuple[float, ...] = ()
        self._restart = RestartSettings()

    def run(self) -> int:
        """Until a root ends as it should, or is given up: the exit status."""
        while True:
            root = self._spawn(len(self._deaths))
            self._service.started(self._monotonic())
            code = self._wait_for(root)
            root.clean()
            root.rest()  # whatever its end was: an input that is zeroed twice harms nobody
            if self._asked_at:
                return code if code >= 0 else 128 - code
            if is_decision(code, said_goodbye=root.report.goodbye, lived=root.report.lived):
                return code
            pause = self._after_death(root, code)
            if pause is None:
                return GAVE_UP
            if self._wait(pause):
                return 128 + self._signal

    def _wait_for(self, root: Root) -> int:
        """Wait until it has ended; its exit status, minus the signal that killed it."""
        looked = beat = self._monotonic()
        while True:
            try:
                what, detail = self._news.get(timeout=self._tick)
            except queue.Empty:
                what, detail = "", None
            now = self._monotonic()
            if now - looked > 4 * TICK or not root.connected:
                # This process was stopped too, or the root has not come so far: neither is its fault.
                beat = now
            looked = now
            if what == "exit" and detail is root:
                return int(root.code)
            if what == "signal":
                self._on_signal(root, int(detail), now)
            elif what == "told" and detail[0] is root:
                beat = now
                self._take(root, detail[1])
            if root.connected and now - beat > SILENT:
                self._say(f"Gerald's process {root.pid} has sent nothing for {SILENT:g} s; it is killed")
                root.kill()
                beat = now
            self._service.tick(now)
            if self._asked_at and now - self._asked_at > STOP_WITHIN:
                root.kill()

    @property
    def _tick(self) -> float:
        """Seconds between two looks."""
        return min(TICK, self._service.answer_every or TICK)

    def _on_signal(self, root: Root, number: int, now: float) -> None:
        if not self._asked_at:
            self._asked_at, self._signal = now, number
            self._service.stopping()
            root.stop()
        elif now - self._asked_at > SAME_REQUEST:
            root.kill()

    def _take(self, root: Root, told: Mapping[str, Any]) -> None:
        if "restart" in told:
            self._restart = RestartSettings(**told["restart"])
        root.report.hear(told)
        self._service.hear(told, self._monotonic())

    def _after_death(self, root: Root, code: int) -> float | None:
        now = self._monotonic()
        self._deaths = (*self._deaths[-99:], now)
        pause = after_death(self._deaths, now, self._restart)
        end = f"Gerald's process {root.pid} {ended(code)}"
        if pause is None:
            self._say(
                f"{end}: more than {self._restart.intensity} times in {self._restart.period:g} s; giving up"
            )
        else:
            self._say(f"{end}; inputs are zeroed, typing is off; starting again in {pause:.1f} s")
            self._service.show(f"{end}; starting again")
        return pause

    def _wait(self, seconds: float) -> bool:
        """True when a signal came meanwhile."""
        until = self._monotonic() + seconds
        while (left := until - self._monotonic()) > 0:
            self._service.tick(self._monotonic())
            with contextlib.suppress(queue.Empty):
                what, detail = self._news.get(timeout=min(left, self._tick))
                if what == "signal":
                    self._signal = int(detail)
                    return True
        return False


class RootReport:
    """What a root told about itself. goodbye: its end is intended. lived: it told anything. left: folders.
    rest, rest_at: datagrams that bring the avatar to rest, and where they go; None before it said so."""

    def __init__(self) -> None:
        self.goodbye = False
        self.lived = False
        self.left: list[str] = []
        self.rest: list[bytes] = []
        self.rest_at: tuple[str, int] | None = None

    def hear(self, told: Mapping[str, Any]) -> None:
        """What it tells now."""
        self.lived = True
        self.goodbye = self.goodbye or bool(told.get("goodbye"))
        self.left += told.get("leaves", ())
        if "rest" in told:
            self.rest = [bytes.fromhex(data) for data in told["rest"]]
            host, port = told["rest_at"]
            self.rest_at = (str(host), int(port))


class _Root:
    """One root process, and the line to it. environment: more variables for it."""

    def __init__(
        self,
        command: Sequence[str],
        news: "queue.SimpleQueue[tuple[str, Any]]",
        deaths: int,
        environment: Mapping[str, str],
    ) -> None:
        self._news = news
        self._line: Connection | None = None
        self._folder = tempfile.mkdtemp(prefix="gerald-")
        self._told_to_stop = False
        self.report = RootReport()
        self.code = 0
        key = secrets.token_bytes(32)
        windows = sys.platform == "win32"
        family = "AF_PIPE" if windows else "AF_UNIX"
        address = (
            rf"\\.\pipe\{os.path.basename(self._folder)}" if windows else os.path.join(self._folder, "line")
        )
        self._listener = Listener(address, family, authkey=key)
        told = "|".join((family, address, key.hex(), str(os.getpid()), str(deaths)))
        self._process = subprocess.Popen(command, env={**os.environ, **environment, VARIABLE: told})
        self.pid = self._process.pid
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        threading.Thread(target=self._await_end, daemon=True).start()

    @property
    def connected(self) -> bool:
        return self._line is not None

    def stop(self) -> None:
        """Tell it to stop in order."""
        self._told_to_stop = True
        line = self._line
        if line is not None:
            with contextlib.suppress(OSError, ValueError):
                line.send_bytes(b"stop")
                return
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def rest(self) -> None:
        """Let the avatar come to rest, since the root cannot any more."""
        if self.report.rest_at is None:
            return
        with contextlib.suppress(OSError):
            found = socket.getaddrinfo(*self.report.rest_at, type=socket.SOCK_DGRAM)
            # As the root sends: a name may have addresses of both kinds, and VRChat listens on IPv4.
            family, kind, protocol, _, where = min(found, key=lambda entry: entry[0] != socket.AF_INET)
            with socket.socket(family, kind, protocol) as udp:
                for datagram in self.report.rest:
                    udp.sendto(datagram, where)

    def clean(self) -> None:
        """Remove what it left behind."""
        with contextlib.suppress(OSError):
            self._listener.close()
        for folder in (self._folder, *self.report.left):
            shutil.rmtree(folder, ignore_errors=True)
        if is_console(sys.stderr):
            _say("\x1b[?25h")  # it may have died while the cursor was hidden

    def _listen(self) -> None:
        import json

        with contextlib.suppress(Exception):  # whatever goes wrong here, the root's end is noticed elsewhere
            line = self._listener.accept()
            self._line = line
            if self._told_to_stop:
                with contextlib.suppress(OSError):  # it may have ended: what it told is read all the same
                    line.send_bytes(b"stop")
            while True:
                self._news.put(("told", (self, json.loads(line.recv_bytes(1 << 20)))))

    def _await_end(self) -> None:
        self.code = self._process.wait()
        # Nobody else will come: a listener that still waits for the root is let go.
        with contextlib.suppress(Exception):
            Client(self._listener.address).close()
        # What it told, a goodbye above all, comes before the news of its end.
        self._listening.join(LAST_WORDS)
        self._news.put(("exit", self))


def _say(line: str) -> None:
    """Print to standard error. A terminal that is stopped or gone must not hold up a restart."""
    text = f"{line}\n".encode(errors="backslashreplace")
    thread = threading.Thread(target=_write, args=(text,), daemon=True)
    thread.start()
    thread.join(SAID_WITHIN)


def _write(text: bytes) -> None:
    with contextlib.suppress(OSError):
        os.write(2, text)
