"""What a million interactions with ten thousand people leave behind: memory, files, and the time of a start.

`python benchmarks/growth.py [--interactions 1000000] [--people 10000] [--json]` runs the real users' actor and
persistence in threads of a process. At each power of ten it measures the memory of the process that handled the
interactions since the previous one, and of a process that starts with what is stored then; mapped parts of the
database's file count, too. Prints a Markdown table.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter, sleep
from typing import NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.protocol.lifecycle import Ping
from actors.users.messages import InteractionHappened
from actors.users.users import Users
from actors.vocabulary.values import Interaction, Person
from benchmarks._report import Figure, Report
from benchmarks._state_actors import House, text
from config.schema import Bot, Memory
from supervisor.nodes.process_setup import take_short_turns

PATIENCE = 600.0
WORDS = 120
"""Characters of what is said."""
FLIGHT = 2_000


class Session:
    """Users and persistence, without the rest of the tree."""

    def __init__(self, home: Path) -> None:
        begun = perf_counter()
        self.house = House(home, map_size=2**28)
        self.users = Users(Bot(), Memory())
        self.house.start("users", self.users, capacity=10 * FLIGHT)
        self.started = perf_counter() - begun

    def run(self, first: int, last: int, people: int) -> None:
        """Interactions `first` to `last`, each with a random person."""
        chance = random.Random(first)
        said = [text(WORDS) for _ in range(200)]
        for number in range(first, last):
            who = chance.randrange(people)
            person = Person(f"usr_{who:05d}", f"Person {who}")
            talk = Interaction("talk", person.name, said[number % 200], 1_700_000_000.0 + number)
            self.house.client.tell("users", InteractionHappened(person, talk))
            if number % FLIGHT == 0:
                self.house.client.answer("users", Ping(), PATIENCE)
        self.house.client.answer("users", Ping(), PATIENCE)

    def end(self) -> None:
        deadline = perf_counter() + PATIENCE
        while self.users.committed != self.users.version and perf_counter() < deadline:
            sleep(0.05)
        self.house.end()


class Row(NamedTuple):
    """memory: bytes of the process that handled the interactions. started_with: of one that was only started.
    files: bytes. start: seconds. rate: interactions per second."""

    interactions: int
    people: int
    memory: int
    started_with: int
    files: int
    start: float
    rate: float


def lived(home: Path, first: int, last: int, people: int) -> tuple[int, float]:
    """The memory at the end, and how long it took."""
    take_short_turns()
    session = Session(home)
    begun = perf_counter()
    session.run(first, last, people)
    memory = psutil.Process(os.getpid()).memory_info().rss
    session.end()
    return memory, perf_counter() - begun


def started(home: Path) -> tuple[int, float, int]:
    """The memory after a start, how long that took, and how many people are known."""
    take_short_turns()
    session = Session(home)
    memory = psutil.Process(os.getpid()).memory_info().rss
    known = len(session.users.state.users)
    session.end()
    return memory, session.started, known


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interactions", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="gerald-growth-", dir=Path(__file__).parents[1] / "data"))
    rows = []
    spawn = multiprocessing.get_context("spawn")
    try:
        steps = [n for n in (1_000, 10_000, 100_000, 300_000, 1_000_000) if n < arguments.interactions]
        done = 0
        with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes:
            for step in (*steps, arguments.interactions):
                memory, took = processes.submit(lived, home, done, step, arguments.people).result()
                begun_with, start, known = processes.submit(started, home).result()
                rate = (step - done) / took
                rows.append(Row(step, known, memory, begun_with, size_of(home), start, rate))
                done = step
                if not arguments.json:
                    print(_line(rows[-1]), file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(home)
    show(rows, arguments.json)
    report = Report()
    last = rows[-1]
    after = f"after {last.interactions:,} interactions"
    report.add(Figure(f"memory {after}", last.memory / 1e6, "MB"))
    report.add(Figure(f"files {after}", last.files / 1e6, "MB"))
    report.add(Figure(f"start {after}", last.start, "s"))
    return report.finish(quiet=True)


def show(rows: list[Row], as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows))
    else:
        print("| interactions | people | memory | after a start | files | start | interactions a second |")
        print("|---|---|---|---|---|---|---|")
        for row in rows:
            print(_line(row))


def _line(row: Row) -> str:
    return (
        f"| {row.interactions:,} | {row.people:,} | {row.memory / 1e6:.0f} MB | {row.started_with / 1e6:.0f} MB"
        f" | {row.files / 1e6:.1f} MB | {row.start:.2f} s | {row.rate:,.0f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
