"""The launcher with real roots: small programs that say, over their link or over UDP, what they do."""

import contextlib
import itertools
import os
import queue
import signal
import socket
import sys
import tempfile
import textwrap
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Listener
from pathlib import Path
from typing import Any

import pytest

from supervisor.launcher import launcher
from supervisor.launcher.launcher import Launcher, RootReport, launch

pytestmark = pytest.mark.posix("signals of POSIX")

WITHIN = 20.0
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
PREAMBLE = """
import os, signal, socket, sys, threading
from multiprocessing.connection import Client
from supervisor.launcher.link import LauncherLink
from supervisor.launcher.launcher import VARIABLE

udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.connect(("127.0.0.1", PORT))
udp.settimeout(WITHIN)
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())  # it may come before the line is open at its other end
AT_ONCE = {"intensity": 5, "period": 60.0, "initial": 0.0, "longest": 0.0, "reset": 60.0}

def say(text): udp.send(text.encode())
links = []
def linked():
    links.append(LauncherLink.found(stopped.set))
    return links[-1]
def ends():
    links[-1].say_goodbye()
    os._exit(0)
def by_hand():
    family, address, key, pid, restarts = os.environ[VARIABLE].split("|")
    return Client(address, family, authkey=bytes.fromhex(key)), int(restarts)
def lives(link, restart=AT_ONCE, leaves=""):
    link.hand_over([b"rest one", b"rest two"], ("127.0.0.1", PORT), leaves, restart)
"""


class Root:
    """A program to launch, and the port at which the test hears it and the launcher."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._udp.settimeout(WITHIN)
        self.said: list[str] = []

    def launch(self, does: str) -> int:
        """Its exit status, with `does` as the program."""
        settings = f"PORT = {self._udp.getsockname()[1]}\nWITHIN = {WITHIN}\n"
        program = self._folder / "root.py"
        program.write_text(f"{settings}{PREAMBLE}\n{textwrap.dedent(does)}")
        return launch([sys.executable, str(program)])

    def hear(self, answer: str = "") -> str:
        """The next datagram; `answer` goes back to its sender."""
        data, sender = self._udp.recvfrom(1000)
        if answer:
            self._udp.sendto(answer.encode(), sender)
        return data.decode()

    def heard(self) -> list[str]:
        """All that came so far."""
        self._udp.setblocking(False)
        found = []
        while True:
            try:
                found.append(self._udp.recv(1000).decode())
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._udp.close()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Root]:
    """Quick, with the signals of this process put back at the end."""
    monkeypatch.setattr(launcher, "TICK", 0.05)
    monkeypatch.setenv("TMPDIR", "/tmp")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    before = {number: signal.getsignal(number) for number in SIGNALS}
    one = Root(tmp_path)
    yield one
    one.close()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def aside() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Runs something on a thread while the launcher has the main one."""
    threads: list[threading.Thread] = []

    def start(work: Callable[[], None]) -> None:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(WITHIN)
        assert not thread.is_alive()


class Lines:
    """The launcher's standard error, line by line, while it is open."""

    def __enter__(self) -> "Lines":
        self._read, write = os.pipe()
        self._before = os.dup(2)
        os.dup2(write, 2)
        os.close(write)
        self.seen: list[str] = []
        return self

    def until(self, word: str) -> str:
        with os.fdopen(os.dup(self._read), encoding="utf-8", buffering=1) as lines:
            for line in lines:
                self.seen.append(line.rstrip())
                if word in line:
                    return line
        raise AssertionError(f"no {word!r} in {self.seen}")

    def __exit__(self, *_: object) -> None:
        os.dup2(self._before, 2)
        os.close(self._before)
        os.close(self._read)


def me() -> int:
    return os.getpid()


@pytest.mark.parametrize("status", [0, 1, 70])
def test_a_root_that_never_ran_is_not_started_again(root: Root, status: int) -> None:
    before = threading.active_count()
    assert root.launch(f'say("started"); sys.exit({status})') == status
    assert root.heard() == ["started"]
    assert threading.active_count() <= before + 1, "no thread waits for a root that is gone"


@pytest.mark.parametrize("end", ["os._exit(1)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_root_that_died_is_started_again_and_told_how_often_it_was(root: Root, end: str) -> None:
    does = f"""
    link = linked()
    say(f"start {{link.restarts}} of {{link.pid}}")
    if link.restarts == 2:
        ends()
    lives(link)
    {end}
    """
    assert root.launch(does) == 0
    said = [text for text in root.heard() if text.startswith("start")]
    assert said == [f"start {number} of {me()}" for number in range(3)]


def test_what_it_handed_over_is_sent_when_it_dies_and_when_it_ends(root: Root) -> None:
    does = """
    link = linked()
    lives(link)
    say("dies" if link.restarts == 0 else "ends")
    os._exit(1) if link.restarts == 0 else ends()
    """
    assert root.launch(does) == 0
    assert root.heard() == ["dies", "rest one", "rest two", "ends", "rest one", "rest two"]


def test_a_host_with_addresses_of_both_kinds_comes_to_rest_where_vrchat_listens(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        dgram = socket.SOCK_DGRAM
        return [
            (socket.AF_INET6, dgram, 17, "", ("::1", port, 0, 0)),
            (socket.AF_INET, dgram, 17, "", ("127.0.0.1", port)),
            (socket.AF_INET6, dgram, 17, "", ("::1", port, 0, 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert root.launch("lives(linked()); ends()") == 0
    assert root.heard() == ["rest one", "rest two"]


def test_what_it_left_behind_and_the_folder_of_the_line_are_removed(
    root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "left"
    (left / "deep").mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:
        monkeypatch.setattr(tempfile, "tempdir", temporary)
        does = f"""
        say(str(len(os.listdir({temporary!r}))))
        lives(linked(), leaves={str(left)!r})
        ends()
        """
        assert root.launch(does) == 0
        assert root.heard()[0] == "1"
        assert (left.exists(), os.listdir(temporary)) == (False, [])


def test_a_root_that_keeps_dying_is_given_up_with_70(root: Root) -> None:
    does = """
    link = linked()
    lives(link, restart={**AT_ONCE, "intensity": 2})
    say("start")
    os._exit(3)
    """
    with Lines() as lines:
        assert root.launch(does) == 70
        line = lines.until("giving up")
    assert root.heard().count("start") == 3
    assert lines.seen[0].endswith(
        "ended with status 3; inputs are zeroed, typing is off; starting again in 0.0 s"
    )
    assert "more than 2 times in 60 s" in line


def test_an_end_with_a_goodbye_is_not_repeated(root: Root) -> None:
    does = """
    link = linked()
    lives(link)
    link.say_goodbye()
    say("start")
    os._exit(1)
    """
    assert root.launch(does) == 1
    assert root.heard().count("start") == 1


@pytest.mark.parametrize(
    ("number", "end", "status"),
    [
        (signal.SIGINT, "ends()", 0),
        (signal.SIGTERM, "os._exit(1)", 1),
        (signal.SIGHUP, "os.kill(os.getpid(), signal.SIGKILL)", 137),
    ],
)
def test_a_signal_stops_the_root_in_order_and_nothing_is_started_again(
    root: Root, number: signal.Signals, end: str, status: int
) -> None:
    does = f"""
    link = linked()
    lives(link)
    os.kill(link.pid, {int(number)})
    say("stopped" if stopped.wait(WITHIN) else "never")
    {end}
    """
    assert root.launch(does) == status
    assert root.heard() == ["stopped", "rest one", "rest two"]


def test_what_a_root_told_before_its_end_counts_though_it_takes_no_stop_any_more(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Listener):
        def accept(self) -> Any:
            line = super().accept()
            with contextlib.suppress(ChildProcessError):  # until the root has ended
                os.waitid(os.P_PID, int(root.hear()), os.WEXITED | os.WNOWAIT)
            return line

    monkeypatch.setattr(launcher, "Listener", Late)
    does = """
    link = linked()
    lives(link)
    os.kill(link.pid, signal.SIGHUP)
    say(str(os.getpid()) if stopped.wait(WITHIN) else "never")
    os.kill(os.getpid(), signal.SIGKILL)
    """
    assert root.launch(does) == 128 + signal.SIGKILL
    assert root.heard() == ["rest one", "rest two"]


def test_signals_at_once_are_one_request_and_a_later_one_kills(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "SAME_REQUEST", 60.0)
    does = """
    link = linked()
    lives(link)
    for _ in range(LAST):
        os.kill(link.pid, signal.SIGINT)
        stopped.wait(WITHIN)
    threading.Event().wait(0.3 if LAST == 2 else WITHIN)
    ends()
    """
    assert root.launch(f"LAST = 2\n{textwrap.dedent(does)}") == 0
    monkeypatch.setattr(launcher, "SAME_REQUEST", 0.0)
    assert root.launch(f"LAST = 3\n{textwrap.dedent(does)}") == 128 + signal.SIGKILL


def test_a_root_that_is_not_linked_yet_gets_a_signal_and_the_request_later(root: Root) -> None:
    does = """
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    os.kill(os.getppid(), signal.SIGINT)
    say("told to end" if told.wait(WITHIN) else "never")
    linked()
    say("stopped" if stopped.wait(WITHIN) else "never")
    """
    assert root.launch(does) == 0
    assert root.heard() == ["told to end", "stopped"]


def test_a_root_that_does_not_stop_in_time_is_killed(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "STOP_WITHIN", 0.3)
    does = """
    link = linked()
    lives(link)
    os.kill(link.pid, signal.SIGTERM)
    threading.Event().wait(WITHIN)
    """
    assert root.launch(does) == 128 + signal.SIGKILL
    assert root.heard() == ["rest one", "rest two"]


def test_a_linked_root_that_falls_silent_is_killed_and_started_again(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "SILENT", 1.0)
    does = """
    line, restarts = by_hand()
    say(f"start {restarts}")
    if restarts == 0:
        line.send_bytes(b'{"restart": {"initial": 0.0}}')
        threading.Event().wait(WITHIN)
    """
    with Lines() as lines:
        assert root.launch(does) == 0
        lines.until("was killed by SIGKILL")
    assert root.heard() == ["start 0", "start 1"]
    assert "has sent nothing for 1 s; it is killed" in lines.seen[0]


def test_a_root_that_shows_life_is_left_alone(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "SILENT", 0.8)
    does = """
    line, _ = by_hand()
    for _ in range(18):
        line.send_bytes(b"{}")
        threading.Event().wait(0.06)
    line.send_bytes(b'{"goodbye": true}')
    """
    assert root.launch(does) == 0


def test_a_root_may_take_its_time_before_it_links(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "SILENT", 0.1)
    assert root.launch("threading.Event().wait(0.5)") == 0


class Clock:
    """The launcher's, which a test sets forward, as when the machine slept."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._reads = threading.Semaphore(0)

    def monotonic(self) -> float:
        self._reads.release()
        return time.monotonic() + self._ahead

    def jump(self, seconds: float) -> None:
        """Returns when the launcher has looked at it several times since."""
        self._ahead += seconds
        while self._reads.acquire(blocking=False):
            pass
        for _ in range(4):
            assert self._reads.acquire(timeout=WITHIN)


def test_a_launcher_that_was_stopped_itself_does_not_blame_the_root(
    root: Root, monkeypatch: pytest.MonkeyPatch, aside: Callable[[Callable[[], None]], None]
) -> None:
    clock = Clock()
    monkeypatch.setattr(launcher, "time", clock)

    def sleep() -> None:
        root.hear()
        clock.jump(1000.0)
        root.hear(answer="go on")

    aside(sleep)
    does = """
    line, restarts = by_hand()
    line.send_bytes(b'{"restart": {"initial": 0.0}}')
    say("linked")
    say("waits")
    udp.recv(100)
    sys.exit(70)
    """
    assert root.launch(does) == 70


def test_a_signal_during_the_pause_before_a_start_ends_it(
    root: Root, aside: Callable[[Callable[[], None]], None]
) -> None:
    lines = Lines()

    def interrupt() -> None:
        lines.until("starting again in 60.0 s")
        os.kill(me(), signal.SIGTERM)

    does = """
    link = linked()
    lives(link, restart={**AT_ONCE, "initial": 60.0, "longest": 60.0})
    say(f"start {link.restarts}")
    os._exit(1)
    """
    with lines:
        aside(interrupt)
        assert root.launch(does) == 128 + signal.SIGTERM
    assert [text for text in root.heard() if text.startswith("start")] == ["start 0", "start 1"]


class VirtualNews:
    """The ends of roots, in virtual time: whoever waits for news lets it pass."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.coming: deque[tuple[str, Any]] = deque()

    def get(self, timeout: float) -> tuple[str, Any]:
        if self.coming:
            return self.coming.popleft()
        self.now += timeout
        raise queue.Empty


class BriefRoot:
    """Tells how it wants to be restarted, and ends."""

    pid = 1
    connected = True

    def __init__(self, news: VirtualNews, code: int) -> None:
        self.code = code
        self.report = RootReport()
        settings = {"intensity": 5, "period": 60.0, "initial": 2.0, "longest": 30.0, "reset": 600.0}
        news.coming += [("told", (self, {"restart": settings})), ("exit", self)]

    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def rest(self) -> None: ...
    def clean(self) -> None: ...


def test_the_pause_before_a_start_is_kept() -> None:
    news, codes, starts, said = VirtualNews(), iter((1, 1, 0, 5)), list[float](), list[str]()

    def spawn(deaths: int) -> BriefRoot:
        assert deaths == len(starts)
        starts.append(news.now)
        return BriefRoot(news, next(codes))

    assert Launcher(spawn, news, lambda: news.now, said.append).run() == 5
    pauses = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert [f"starting again in {pause:.1f} s" for pause in pauses] == [s.split("; ")[-1] for s in said]
    assert 0.0 == pauses[0] < 2.0 <= pauses[1] < pauses[2] <= 30.0


def test_without_a_port_to_rest_at_or_with_one_that_nobody_finds_it_ends_all_the_same(root: Root) -> None:
    does = """
    link = linked()
    link.hand_over([b"rest"], ("nowhere.invalid", 9), "", AT_ONCE)
    ends()
    """
    assert root.launch(does) == 0
    assert root.launch("linked(); ends()") == 0
    assert root.heard() == []


def test_a_line_that_a_terminal_does_not_take_holds_up_no_restart(root: Root) -> None:
    read, write = os.pipe()
    before = os.dup(2)
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(write, bytes(4096)):
            pass
    os.set_blocking(write, True)
    os.dup2(write, 2)
    try:
        does = """
        link = linked()
        lives(link)
        os._exit(1) if link.restarts == 0 else ends()
        """
        assert root.launch(does) == 0
        assert [thread for thread in threading.enumerate() if not thread.daemon] == [threading.main_thread()]
    finally:
        os.dup2(before, 2)
        os.read(read, 1 << 20)
        for end in (read, write, before):
            os.close(end)


def test_on_windows_the_python_of_a_virtual_environment_is_not_started_to_start_another() -> None:
    inner, outer = "C:\\venv\\Scripts\\python.exe", "C:\\Python\\python.exe"
    assert launcher.own_python(inner, outer, "win32") == (outer, {"__PYVENV_LAUNCHER__": inner})
    assert launcher.own_python(outer, outer, "win32") == (outer, {})
    assert launcher.own_python(inner, outer, "linux") == (inner, {})


def test_what_a_root_is_told_by_its_environment_reaches_it(root: Root, tmp_path: Path) -> None:
    program = tmp_path / "root.py"
    program.write_text("import os, sys; sys.exit(int(os.environ['GERALD_TEST_STATUS']))")
    assert launch([sys.executable, str(program)], {"GERALD_TEST_STATUS": "4"}) == 4
