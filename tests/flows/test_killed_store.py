"""Gerald's process is killed at random instants while his state is written: nothing that was acknowledged is lost,
nothing is applied twice, and no version is issued twice. `make soak` does ten times as many rounds.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.doubles.forked import Descriptor, start
from tests.flows import tallying

ROUNDS = 500 if os.environ.get("GERALD_SOAK") else 50
HOMES = 2
POINTS = (
    "before commit: writing",
    "after commit: writing",
    "before commit: opening an epoch",
    "after commit:",
)
WITHIN = 120.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800 if os.environ.get("GERALD_SOAK") else 300),
    pytest.mark.posix("signals of POSIX"),
]


class Books:
    """What every life of the store said, by domain, and what must never be contradicted by a later one."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, int] = defaultdict(int)
        self.epochs: dict[str, int] = defaultdict(int)
        self.lives = 0

    def read(self, lines: list[str], life: str) -> None:
        issued: set[tuple[str, int, int]] = set()
        for line in lines:
            match line.split():
                case ["loaded", domain, epoch, _, count]:
                    self.lives += 1
                    assert int(epoch) > self.epochs[domain], (life, line)
                    self.epochs[domain] = int(epoch)
                    assert int(count) >= self.acknowledged[domain], (life, line, self.acknowledged[domain])
                case ["acknowledged", domain, epoch, n, count]:
                    version = (domain, int(epoch), int(n))
                    assert version not in issued, (life, line)
                    issued.add(version)
                    assert int(epoch) == self.epochs[domain], (life, line)
                    self.acknowledged[domain] = max(self.acknowledged[domain], int(count))
                case ["failed", *why]:
                    raise AssertionError((life, why))


class Life:
    """A root process under load; `lines` are what it has printed so far."""

    def __init__(self, home: Path, fault: str = "", pin: str = "thread") -> None:
        reader, writer = os.pipe()
        self._printed = os.fdopen(reader)
        self._process = start(tallying.in_a_fork, Descriptor(writer), home, fault, pin)
        os.close(writer)
        self.pid: int = self._process.pid
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._printed:
            with self._news:
                if line.endswith("\n"):
                    self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def acknowledgements(self, domain: str = "") -> int:
        return sum(line.startswith(f"acknowledged {domain}") for line in self.lines)

    def until(self, acknowledgements: int, domain: str = "") -> None:
        """Wait for so many acknowledgements, of this domain if one is given, or the end of the process."""
        with self._news:
            done = self._news.wait_for(
                lambda: self.acknowledgements(domain) >= acknowledgements or self._ended, WITHIN
            )
        assert done, self.lines[-3:]

    def end(self, books: Books, name: str) -> None:
        """Kill it, if it has not killed itself, and read the books."""
        self._process.kill()
        self._reader.join(WITHIN)
        self._process.join(WITHIN)
        assert self._process.exitcode == -signal.SIGKILL, (name, self.lines[-20:])
        self._process.close()
        self._printed.close()
        books.read(self.lines, name)


def test_a_root_that_is_killed_at_any_instant_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """In two homes at a time: most of a round is the start of a process."""
    rounds = ROUNDS // HOMES
    with ThreadPoolExecutor(HOMES) as homes:
        for _ in homes.map(
            lambda number: killed_again_and_again(tmp_path / f"home{number}", number, rounds), range(HOMES)
        ):
            pass


def killed_again_and_again(home: Path, seed: int, rounds: int) -> None:
    chance, books = random.Random(7 + seed), Books()
    for number in range(rounds):
        if number % 2:
            fault = f"{chance.choice(POINTS)}:{chance.randint(1, 60)}"
            life = Life(home, fault)
            life.until(300)
        else:
            fault = ""
            life = Life(home)
            life.until(chance.randint(1, 150))
        life.end(books, f"home {seed} round {number} {fault}")
    last = Life(home)
    last.until(1, "conversation")  # which is written twice a second at most: by now it may never have been
    last.end(books, "last")
    assert min(books.acknowledged["users"], books.acknowledged["tallies"]) > rounds
    assert books.acknowledged["conversation"] > 0


def test_a_root_that_is_killed_while_it_starts_keeps_everything(tmp_path: Path) -> None:
    chance, books = random.Random(8), Books()
    first = Life(tmp_path)
    first.until(100)
    first.end(books, "first")
    for number in range(ROUNDS // 10):
        life = Life(tmp_path, f"{chance.choice(POINTS)}:{chance.randint(1, 4)}")
        life.until(300)
        life.end(books, f"start {number}")
    last = Life(tmp_path)
    last.until(1)
    last.end(books, "last")


def test_a_pinned_persistence_that_is_killed_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    books = Books()
    life = Life(tmp_path, pin="process")
    for wanted in (30, 60, 90):
        life.until(wanted)
        (pid,) = [line.split()[1] for line in life.lines if line.startswith("pid")][-1:]
        children = subprocess.run(["pgrep", "-P", str(life.pid)], capture_output=True, text=True)
        workers = [int(word) for word in children.stdout.split() if int(word) != int(pid) or wanted == 30]
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):  # a spare or a probe may end by itself meanwhile
                os.kill(worker, signal.SIGKILL)
    life.until(120)
    assert life.acknowledgements() >= 120, life.lines[-3:]
    life.end(books, "pinned")
    last = Life(tmp_path)
    last.until(1)
    last.end(books, "last")
