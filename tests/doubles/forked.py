"""Processes of Gerald that are forked from one that has everything imported: a fifth of what a start costs otherwise.

`ForkedProcess` takes what `subprocess.Popen` takes. The process above the root, the root and the pinned actors are
processes of their own as ever, with the same signals, streams and session. What Python does at its start is left out,
so some tests of each kind start Gerald as a user does.
"""

import atexit
import contextlib
import io
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from multiprocessing import forkserver, process, reduction, resource_tracker
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

File = int | IO[Any]

MOST_OPEN = 1024
"""File descriptors that a process inherits at most; a fork closes them, as the start of a program would."""


@cache
def context() -> BaseContext:
    """Makes processes, as multiprocessing does, in which `tests.doubles.preloaded` is imported: forked from a server in
    which nothing runs, one for each process of pytest. Needs os.fork."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.doubles.preloaded"])
    return made


_starting = threading.Lock()


def start(target: Callable[..., object], *args: object) -> Any:
    """Call `target` in a forked process; its multiprocessing.Process. May be called from several threads."""
    forked: Any = context().Process(target=target, args=args)  # type: ignore[attr-defined]
    with _starting:
        forked.start()
        # Each start asks all others that are known how they ended, and would take the answer from whoever waits for it.
        children: set[Any] = process._children  # type: ignore[attr-defined]
        children.discard(forked)
    return forked


class Descriptor:
    """An open file of this process on its way to a forked one."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _arrived, (reduction.DupFd(self._number),)


def _arrived(sent: Any) -> int:
    return int(sent.detach())


class ForkedProcess:
    """`command` in a process of its own.

    command: the whole line; `python -m supervisor ...` if `preloaded`. With `start_new_session` a terminal at `stdin`
    becomes the one that controls the session. leader: a program whose child that process is to be; it has the child's
    id in RUN. group: the child has a process group of its own. All else as for subprocess.Popen."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        stdin: File = subprocess.DEVNULL,
        stdout: File = subprocess.DEVNULL,
        stderr: File = subprocess.DEVNULL,
        cwd: Path | None = None,
        start_new_session: bool = False,
        text: bool = False,
        preloaded: bool = True,
        leader: Sequence[str] = (),
        group: bool = False,
    ) -> None:
        self.stdout: IO[Any] | None = None
        with contextlib.ExitStack() as ours:
            if stdout == subprocess.PIPE:
                self.stdout, stdout = _pipe(text)
                ours.callback(os.close, stdout)
            places = [_number(stdin, ours), _number(stdout, ours)]
            places.append(places[1] if stderr == subprocess.STDOUT else _number(stderr, ours))
            files = [Descriptor(number) for number in places]
            wanted = _Start(
                list(command),
                dict(env),
                files,
                str(cwd or Path.cwd()),
                start_new_session,
                preloaded,
                list(leader),
                group,
            )
            self._process: Any = start(_main, wanted)
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        """Its exit status, minus the signal that killed it; None while it runs."""
        code: int | None = self._process.exitcode
        return code

    def wait(self, timeout: float | None = None) -> int:
        """The same at its end. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("supervisor", timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _pipe(text: bool) -> tuple[IO[Any], int]:
    reader, writer = os.pipe()
    return (os.fdopen(reader) if text else os.fdopen(reader, "rb", 0)), writer


def _number(file: File, ours: contextlib.ExitStack) -> int:
    if file == subprocess.DEVNULL:
        number = os.open(os.devnull, os.O_RDWR)
        ours.callback(os.close, number)
        return number
    return file if isinstance(file, int) else file.fileno()


class _ForkedRoot:
    """What the launcher takes for a subprocess.Popen: the root, forked from the launcher."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.pid = os.fork()
        if not self.pid:
            _become_gerald(list(command), dict(env))

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)


class _Start(NamedTuple):
    """What a process is to become; see ForkedProcess."""

    command: list[str]
    environment: dict[str, str]
    files: list[Any]
    folder: str
    session: bool
    preloaded: bool
    leader: list[str]
    group: bool


def _main(start: _Start) -> None:
    for number, file in enumerate(start.files):
        os.dup2(file, number)
    if start.session:
        os.setsid()
        if os.isatty(0):
            os.close(os.open(os.ttyname(0), os.O_RDWR))  # which makes it the controlling one
    os.chdir(start.folder)
    if start.leader:
        _lead(start)
    if start.preloaded:
        _become_gerald(start.command, start.environment)
    _become_program(start.command, start.environment)


def _lead(start: _Start) -> None:
    """Go on in a child; this process becomes the leader."""
    child = os.fork()
    if child:
        _become_program(start.leader, {**start.environment, "RUN": str(child)})
    if start.group:
        os.setpgid(0, 0)


def _become_program(command: list[str], environment: dict[str, str]) -> NoReturn:
    _forget_the_server()
    os.execvpe(command[0], command, environment)


def _become_gerald(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Be the process that `command`, which starts with `python -m supervisor`, would have started."""
    from supervisor.cli.main import main
    from supervisor.launcher import launcher
    from supervisor.launcher.launcher import VARIABLE

    _forget_the_server()
    os.environ.clear()
    os.environ.update(environment)
    if VARIABLE in environment or "--no-launcher" in command:
        fork_workers()
    sys.stdin, sys.stdout, sys.stderr = _stream(0, "r"), _stream(1, "w"), _stream(2, "w", "backslashreplace")
    sys.argv = ["supervisor", *command[command.index("supervisor") + 1 :]]
    launcher.subprocess = types.SimpleNamespace(Popen=_ForkedRoot)  # type: ignore[assignment]
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        atexit._run_exitfuncs()
        os._exit(status)


def fork_workers() -> None:
    """Let a root that has no threads yet fork its pinned actors' processes from what it is now.

    They belong to a server of multiprocessing, as they would if Gerald used one; it ends with the root."""
    if sys.version_info >= (3, 14):
        return  # whose server asks for a password
    from supervisor.nodes import worker_process

    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")  # an address that the system chooses
        listener.listen()
        alive, server._forkserver_alive_fd = os.pipe()
        server._forkserver_address = listener.getsockname()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # as the real ones inherit it
        server._forkserver_pid = os.fork()
        if not server._forkserver_pid:
            # Gerald has no such server, so a signal to the whole group must not end what starts its processes.
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            try:
                os.close(server._forkserver_alive_fd)
                forkserver.main(listener.fileno(), alive, [])
            finally:
                os._exit(0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    os.close(alive)
    worker_process._spawn = multiprocessing.get_context("forkserver")  # type: ignore[assignment]


def _forget_the_server() -> None:
    """Give up what a new program would not have: open files, handlers of signals, multiprocessing's helper."""
    os.closerange(3, MOST_OPEN)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tracker: Any = resource_tracker._resource_tracker  # type: ignore[attr-defined]
    tracker._fd = tracker._pid = None


def _stream(number: int, mode: str, errors: str = "strict") -> io.TextIOWrapper:
    file = open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
    assert isinstance(file, io.TextIOWrapper)
    if mode == "w":
        file.reconfigure(line_buffering=file.isatty() or number == 2)
    return file
