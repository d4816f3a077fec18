"""What a million interactions with ten thousand people leave behind: memory, files, and the time of a start.

`python benchmarks/growth.py [--interactions 1000000] [--people 10000] [--json]` lets the real users' actor and
persistence live through them in threads of this process, and looks at each power of ten. Prints a Markdown table; exits
1 when the last figures are more than twice those when everybody's history had become full.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter, sleep

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.protocol import Ping
from actors.users.messages import InteractionHappened
from actors.users.users import Users
from actors.vocabulary.values import Interaction, Person
from benchmarks._state_actors import House, text
from supervisor.nodes.manners import take_short_turns

PATIENCE = 600.0
WORDS = 120
"""Characters of what is said."""
FLIGHT = 2_000


class Life:
    """A house with users and persistence in it."""

    def __init__(self, home: Path) -> None:
        begun = perf_counter()
        self.house = House(home, map_size=2**28)
        self.users = Users()
        self.house.start("users", self.users, capacity=10 * FLIGHT)
        self.started = perf_counter() - begun

    def live(self, first: int, last: int, people: int) -> None:
        """Interactions `first` to `last`, each with somebody at random."""
        chance = random.Random(first)
        said = [text(WORDS) for _ in range(200)]
        for number in range(first, last):
            who = chance.randrange(people)
            person = Person(f"usr_{who:05d}", f"Person {who}")
            talk = Interaction("talk", person.name, said[number % 200], 1_700_000_000.0 + number)
            self.house.outside.tell("users", InteractionHappened(person, talk))
            if number % FLIGHT == 0:
                self.house.outside.answer("users", Ping(), PATIENCE)
        self.house.outside.answer("users", Ping(), PATIENCE)

    def end(self) -> None:
        deadline = perf_counter() + PATIENCE
        while self.users.committed != self.users.version and perf_counter() < deadline:
            sleep(0.05)
        self.house.end()


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
    take_short_turns()
    home = Path(tempfile.mkdtemp(prefix="gerald-growth-", dir=Path(__file__).parents[1] / "data"))
    rows = []
    try:
        steps = [n for n in (1_000, 10_000, 100_000, 300_000, 1_000_000) if n < arguments.interactions]
        done = 0
        for step in (*steps, arguments.interactions):
            begun = perf_counter()
            life = Life(home)
            life.live(done, step, arguments.people)
            life.end()
            again = Life(home)
            memory = psutil.Process(os.getpid()).memory_info().rss
            known = len(again.users.state.users)
            again.end()
            rate = (step - done) / (perf_counter() - begun)
            rows.append((step, known, memory, size_of(home), again.started, rate))
            done = step
            if not arguments.json:
                print(f"{step:,} after {perf_counter() - begun:.0f} s", file=sys.stderr)
    finally:
        shutil.rmtree(home)
    return report(rows, arguments.json)


def report(rows: list[tuple[int, int, int, int, float, float]], as_json: bool) -> int:
    if as_json:
        print(json.dumps(rows))
    else:
        print("| interactions | people | memory of the process | files | start | interactions a second |")
        print("|---|---|---|---|---|---|")
        for step, known, memory, size, started, rate in rows:
            print(
                f"| {step:,} | {known:,} | {memory / 1e6:.0f} MB | {size / 1e6:.1f} MB"
                f" | {started:.2f} s | {rate:,.0f} |"
            )
    return 0


if __name__ == "__main__":
    threading.stack_size(0)
    sys.exit(main())
