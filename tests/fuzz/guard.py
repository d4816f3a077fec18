"""What a reader may not do with a file from somebody else: run code, end in a traceback, take long or much memory."""

import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from supervisor.cli.main import cli
from tests.fuzz.mutation import CANARY

SOAK = os.environ.get("GERALD_SOAK") == "1"
MUTANTS = int(os.environ.get("GERALD_MUTANTS", "20000" if SOAK else "500"))
SHARDS = 4
SECONDS = 2.0
"""Of processor time, for files of a usual size; a second more for every megabyte that they hold."""
BYTES = 256 * 2**20
"""Of memory, above what was in use before."""
STATUSES = (0, 1, 2, 3)
"""Success, a failure, wrong usage, and no instance that runs: there is none here."""
RUNS_CODE = (
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "socket.connect",
    "pty.spawn", "ctypes.dlopen", "tests.fuzz.fired",
)  # fmt: skip
SOCKETS = os.path.join(tempfile.gettempdir(), "gerald-")
"""Where a process that holds a home's lock keeps its control socket."""
WRITES = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
)


class TooSlow(AssertionError):
    """It took longer than it may."""


class Watch:
    """Notes what Python does while it is armed. An audit hook cannot be removed, so there is one."""

    def __init__(self) -> None:
        self.armed = False
        self.inside = ""
        self.seen: list[str] = []
        sys.addaudithook(self._audit)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.armed:
            return
        if event in RUNS_CODE or (event == "import" and arguments[0] == CANARY):
            self.seen.append(f"{event} {arguments!r:.200}")
        elif (
            event == "open"
            and isinstance(arguments[0], str | bytes)
            and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        ) or (event in WRITES and isinstance(arguments[0], str | bytes | os.PathLike)):
            self._written(event, arguments[0])

    def _written(self, event: str, path: Any) -> None:
        path = os.path.abspath(os.fsdecode(path))
        if (
            not path.startswith((self.inside, SOCKETS, "/dev/null", "/proc/self/"))
            and "__pycache__" not in path
        ):
            self.seen.append(f"{event} {path}")

    @contextmanager
    def arm(self, inside: Path) -> Iterator[None]:
        """Everything may be written below `inside`, and nothing elsewhere."""
        self.inside, self.seen, self.armed = str(inside), [], True
        try:
            yield
        finally:
            self.armed = False
        assert not self.seen, self.seen


_watch: list[Watch] = []


def watch() -> Watch:
    if not _watch:
        _watch.append(Watch())
    return _watch[0]


def memory(name: str) -> int:
    """Bytes of this process: VmRSS now, VmHWM at most since `forget_peak`."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def guarded(do: Callable[[], object], inside: Path) -> None:
    """Run `do`; it raises AssertionError when it did what it may not."""
    forget_peak()
    before, begun = memory("VmRSS"), time.process_time()
    with watch().arm(inside):
        do()
    took, grown = time.process_time() - begun, memory("VmHWM") - before
    held = sum(file.stat().st_size for file in inside.rglob("*") if file.is_file()) / 2**20
    assert grown <= BYTES, f"it took {grown / 2**20:.0f} MB"
    if took > SECONDS + held:
        raise TooSlow(f"it took {took:.1f} s for {held:.1f} MB")


def command(home: Path, *arguments: str, answers: str = "") -> str:
    """Run `supervisor`, in this process; what it printed. Fails for a traceback and for another exit status than one
    of a success, a failure or wrong usage."""
    result = CliRunner().invoke(cli, ["--home", str(home), *arguments], input=answers, prog_name="supervisor")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"{arguments}: a traceback instead of a sentence") from result.exception
    assert result.exit_code in STATUSES, (arguments, result.exit_code, result.output)
    assert result.exit_code == 0 or result.output.strip(), f"{arguments}: it failed and said nothing"
    assert "\x1b" not in result.output, f"{arguments}: an escape sequence out of a file reached the terminal"
    return result.output


QUICK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where homes are made: a disk would be waited for at every one of them."""
Try = Callable[[random.Random, Path], Callable[[], object]]
"""Writes a mutant below the folder, and returns what reads it: only that is guarded."""


def fuzz(name: str, shard: int, folder: Path, attempt: Try) -> None:
    """Call `attempt` with seeds of its own, each in a new folder; a failure names the seed and keeps the folder."""
    only = os.environ.get("GERALD_SEED", "")
    with tempfile.TemporaryDirectory(dir=QUICK) as quick:
        _fuzz(name, shard, Path(quick), folder, attempt, only)


def _fuzz(name: str, shard: int, quick: Path, folder: Path, attempt: Try, only: str) -> None:
    for number in range(MUTANTS // SHARDS):
        seed = f"{name}.{shard}.{number}"
        if only not in ("", seed):
            continue
        home = quick / str(number % 2)
        try:
            try:
                _attempt(attempt, seed, home)
            except TooSlow:  # the first that needs a part of the program imports it
                _attempt(attempt, seed, home)
        except Exception as error:
            kept = folder / seed
            shutil.copytree(home, kept)
            pytest.fail(
                f"GERALD_SEED={seed} repeats it; the files are in {kept}\n{_chain(error)}", pytrace=False
            )


def _attempt(attempt: Try, seed: str, home: Path) -> None:
    _emptied(home)
    read = attempt(random.Random(seed), home)
    guarded(read, home)


def _chain(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-12:])


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
