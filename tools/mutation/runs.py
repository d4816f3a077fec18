"""Runs of the tests on a copy of the tree, each in a process that is forked from one with the libraries loaded."""

import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import plugin

LIBRARIES = (
    "click cryptography.hazmat.primitives.ciphers.aead hypothesis lmdb msgpack msgspec numpy numpy.random psutil"
    " pydantic pykka pytest pythonosc.osc_message_builder rich.console small_mcap yaml hypothesis.strategies"
).split()
MARK = "GERALD_MUTANT"
"""An environment variable. Whatever has it was started by a mutant and is ended with it."""
MEMORY = 4 << 30
NICE = 5
BROKEN = 70
"""The exit status of a child in which pytest itself could not run: that kills no mutant."""


@dataclass(frozen=True, slots=True)
class Run:
    """`end`: passed, failed or late; `failed`: the first test that did."""

    end: str
    seconds: float
    failed: str = ""
    tests: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, list[str]]] = field(default_factory=dict)


class Copy:
    """A copy of the files that git knows or would take, with links to what is installed."""

    def __init__(self, root: Path) -> None:
        """Make one in the temporary directory: the paths of Unix sockets are short."""
        self._all = Path(tempfile.mkdtemp(prefix="gerald-mutants-"))
        self.folder = folder = self._all / "tree"
        self.output = self._all / "output.txt"
        self._scratch = self._all / "scratch"
        self._root = root
        names = subprocess.run(
            ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=root, capture_output=True, check=True
        ).stdout.decode()
        for name in filter(None, names.split("\0")):
            if (root / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, folder / name)
        (folder / ".venv").symlink_to(root / ".venv")

    def __enter__(self) -> "Copy":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._all, ignore_errors=True)

    @contextlib.contextmanager
    def changed(self, path: str, code: str) -> Iterator[None]:
        """With `code` in place of the file."""
        file = self.folder / path
        original = file.read_text("utf-8")
        try:
            self._write(file, code)
            yield
        finally:
            self._write(file, original)

    def _write(self, file: Path, code: str) -> None:
        file.write_text(code, "utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()

    def run(
        self,
        tests: Sequence[str],
        seconds: float,
        *,
        per_test: float,
        measured: Sequence[str] = (),
    ) -> Run:
        """Run `tests` for `seconds` at most; `measured`: files whose lines are noted."""
        self._clear()
        told = self.output.with_suffix(".json")
        told.unlink(missing_ok=True)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            _in_child(lambda: self._tests(tests, per_test, measured, told), self.output)
        try:
            status = _await(child, began + seconds)
        except BaseException:
            os.killpg(child, signal.SIGKILL)
            raise
        finally:
            _end_marked()
        took = time.monotonic() - began
        if status is None:
            return Run("late", took, "time-out")
        if status == BROKEN:
            raise RuntimeError(f"pytest could not run: {self.output.read_text('utf-8')}")
        result = json.loads(told.read_text("utf-8")) if told.exists() else {}
        passed = status == 0
        return Run(
            "passed" if passed else "failed",
            took,
            result.get("failed") or ("" if passed else "the tests could not run"),
            result.get("tests", {}),
            result.get("lines", {}),
        )

    def _clear(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)
        (self._scratch / "home").mkdir(parents=True)
        (self._scratch / "tmp").mkdir()

    def _tests(self, tests: Sequence[str], per_test: float, measured: Sequence[str], told: Path) -> int:
        """In the child: the status of pytest."""
        sys.path[:] = [str(self.folder), *(path for path in sys.path if path not in ("", str(self._root)))]
        os.chdir(self.folder)
        os.environ |= {
            "HOME": str(self._scratch / "home"),
            "TMPDIR": str(self._scratch / "tmp"),
            "PYTHONPATH": str(self.folder),
            MARK: str(os.getppid()),
        }
        if not measured:
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            sys.dont_write_bytecode = True
        plugin.use_fixed_examples()
        results = plugin.Results()
        lines = plugin.Lines(str(self.folder), list(measured)) if measured else None
        import pytest

        arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
        arguments += [
            "-o",
            f"timeout={per_test:.0f}",
            "-m",
            "not models and not sound",
            "--no-header",
            *tests,
        ]
        if lines:
            lines.coverage.start()
        status = int(pytest.main(arguments, plugins=[results, *([lines] if lines else [])]))
        if lines:
            lines.coverage.stop()
        told.write_text(
            json.dumps(
                {
                    "failed": results.failed,
                    "tests": results.seconds,
                    "lines": lines.by_test() if lines else {},
                }
            ),
            "utf-8",
        )
        return status


def load_libraries() -> None:
    """Once, in the parent, so that no run has to."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _in_child(work: Callable[[], int], output: Path) -> None:
    status = BROKEN
    try:
        os.setsid()
        os.nice(NICE)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        status = work()
        sys.stdout.flush()
    except SystemExit:  # raised by the mutant while the tests were read
        traceback.print_exc()
        sys.stderr.flush()
        status = 1
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _await(child: int, until: float) -> int | None:
    """Its exit status; None when it had to be killed."""
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
        time.sleep(0.02)


def _end_marked() -> None:
    """End what a mutant left running, known by its environment."""
    mark = f"{MARK}={os.getpid()}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)


def pick(clean: Run, path: str, line: int, lines: tuple[int, int] | None) -> list[str]:
    """The tests for a change in `lines` of a file, those first that run the very line, and the quick before the slow.

    All of them where none is known to come by."""
    quick = sorted(clean.tests, key=lambda test: clean.tests[test])
    if lines is None:
        return quick
    by_line = clean.lines.get(path, {})
    near = {test for number in range(lines[0], lines[1] + 1) for test in by_line.get(str(number), ())}
    exact = set(by_line.get(str(line), ()))
    return sorted((test for test in quick if test in near), key=lambda test: test not in exact) or quick
