"""A day unattended: Gerald talks, looks, is reloaded and hurt for hours, and what it holds is measured.

.venv/bin/python tools/day.py --hours 24             # a real day, one exchange every 20 s
.venv/bin/python tools/day.py --hours 1 --talk 6     # six hours of talk put into one
Exits 1 when memory grew by more than 1 MB an hour after the first quarter, or anything else was left or lost.
"""

import argparse
import contextlib
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from supervisor.control.client import call, stream
from supervisor.control.wire import RequestRefused
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.instance import NoInstance

EXCHANGES = 180
"""In an hour of talk: one every 20 seconds."""
LOOKS = 24
"""Rows of the table."""
SLOPE = 1.0
"""Megabytes an hour by which memory may grow after the first quarter."""
LEAST = 0.5
"""Hours below which a slope says nothing."""
VICTIMS = (
    "llm",
    "speech.synthesizer",
    "vision.detector",
    "world",
    "osc.sender",
    "users",
    "system",
    "vision.camera",
)
PEOPLE = ("Anna", "Ben", "Chloe", "Dmitri", "Emi", "Farah", "Gus", "Hana")
SAYINGS = (
    "What do you think of trains?",
    "I like green tea.",
    "My dog is called Biscuit.",
    "How are you today?",
    "Do you remember me?",
    "I was at the beach yesterday.",
)


class Look(msgspec.Struct, frozen=True):
    """What the whole family of processes holds. Sizes in MB; answer: median seconds of the exchanges since the last.

    memory: what nobody but they can give back. mapped: pages of files, the store's above all, which the system drops
    when it needs room and which grow with what is stored."""

    hours: float
    memory: float
    mapped: float
    processes: int
    threads: int
    descriptors: int
    shared: int
    files: int
    stored: float
    exchanges: int
    answer: float


class Day:
    """One instance, one talker, one who hurts it, one who reloads it."""

    def __init__(self, hours: float, talk: float, console: Console) -> None:
        self._seconds = hours * 3600
        self._pause = self._seconds / (talk * EXCHANGES)
        self._segments = 3600.0 * hours / talk
        self._console = console
        self._answers: list[float] = []
        self._exchanges = 0
        self._over = threading.Event()
        self.failures: list[str] = []
        self.looks: list[Look] = []

    def run(self, home: Path) -> None:
        """The whole of it; the failures are in `failures` afterwards."""
        video = home / "view.avi"
        _film(video)
        settings = (
            "llm.mock_responses=true",
            "computer_vision.enabled=true",
            f"computer_vision.source=file:{video}",
            f"osc.input_port={free_port()}",
            f"osc.output_port={free_port()}",
            "audio.input_device=none",
            "audio.output_device=none",
            # A segment that is open has its index in memory, for an hour; of talk that is put into less time, for less.
            f"trace.max_age={self._segments:g}",
        )
        with DemoInstance(home, settings, {}) as instance:
            workers = [
                threading.Thread(target=self._talk, args=(instance,)),
                threading.Thread(target=self._hurt, args=(instance,)),
                threading.Thread(target=self._reload, args=(instance,)),
            ]
            for worker in workers:
                worker.start()
            self._watch(home, instance)
            self._over.set()
            for worker in workers:
                worker.join(180.0)
        if instance.exit_code != 0:
            self.failures.append(f"the instance ended with status {instance.exit_code}")

    def _watch(self, home: Path, instance: DemoInstance) -> None:
        begun = time.monotonic()
        for number in range(LOOKS + 1):
            due = begun + 60.0 + (self._seconds - 60.0) * number / LOOKS
            self._over.wait(max(0.0, due - time.monotonic()))
            pid = call(home, {"do": "status"})["pid"]
            self.looks.append(self._look(psutil.Process(pid), home, (time.monotonic() - begun) / 3600))
            self._console.print(_row(self.looks[-1]))

    def _look(self, root: psutil.Process, home: Path, hours: float) -> Look:
        answers, self._answers = self._answers, []
        family = [root, *root.children(recursive=True)]
        memory = mapped = threads = descriptors = 0
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                own, of_files = _memory(process.pid)
                memory += own
                mapped += of_files
                threads += process.num_threads()
                descriptors += process.num_fds()
        files = [path for path in (home / "data").rglob("*") if path.is_file()]
        shared = len(list(Path("/dev/shm").glob("gerald-*")))
        stored = sum(path.stat().st_size for path in files if path.exists()) / 1e6
        answer = float(np.median(answers)) if answers else 0.0
        return Look(
            hours,
            memory / 1e6,
            mapped / 1e6,
            len(family),
            threads,
            descriptors,
            shared,
            len(files),
            stored,
            self._exchanges,
            answer,
        )

    def _talk(self, instance: DemoInstance) -> None:
        for number in itertools.count():
            if self._over.wait(self._pause):
                return
            said = {
                "do": "talk",
                "text": SAYINGS[number % len(SAYINGS)],
                "as": PEOPLE[number // 5 % len(PEOPLE)],
            }
            try:
                self._answers += _until_the_first_sentence(instance.home, said)
            except (NoInstance, RequestRefused) as error:
                if "say it again" not in str(error):
                    self.failures.append(f"exchange {number}: {error}")
                continue
            self._exchanges += 1

    def _hurt(self, instance: DemoInstance) -> None:
        for victim in itertools.cycle(VICTIMS):
            if self._over.wait(max(40.0, self._seconds / 120)):
                return
            with contextlib.suppress(NoInstance, RequestRefused):
                call(instance.home, {"do": "kill", "address": victim, "wait": True}, 60.0)

    def _reload(self, instance: DemoInstance) -> None:
        file = instance.home / "config" / "config.yaml"
        file.parent.mkdir(exist_ok=True)
        for length in itertools.cycle(("short", "medium", "long")):
            if self._over.wait(max(20.0, self._seconds / 200)):
                return
            file.write_text(f"bot:\n  response_length: {length}\n", encoding="utf-8")


def _memory(pid: int) -> tuple[int, int]:
    """Bytes that a process holds, its share of what is shared: without a file behind them, and pages of files."""
    rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kilobytes = {
        name: int(rest.split()[0])
        for name, _, rest in (line.partition(":") for line in rolled.splitlines()[1:])
    }
    own = kilobytes["Pss_Anon"] + kilobytes["Pss_Shmem"] + kilobytes["Swap"]
    return own * 1024, kilobytes["Pss_File"] * 1024


def _until_the_first_sentence(home: Path, said: dict[str, Any]) -> list[float]:
    """Seconds until it came, nothing if none did. What is said next cuts the rest off, as people do."""
    begun = time.monotonic()
    with contextlib.closing(stream(home, said, 120.0)) as parts:
        for part in parts:
            if part.get("event") == "sentence":
                return [time.monotonic() - begun]
    return []


def _film(path: Path) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (320, 180))
    for number in range(100):
        picture = np.full((180, 320, 3), 40, np.uint8)
        cv2.circle(picture, (3 * number, 90), 20, (0, 200, 255), -1)
        writer.write(picture)
    writer.release()


def verdict(looks: Sequence[Look]) -> Iterator[str]:
    """What grew or was left, a sentence each."""
    later, slope = looks[len(looks) // 4 :], _growth(looks)
    if slope > SLOPE and later[-1].hours - later[0].hours >= LEAST:
        yield f"memory grew by {slope:.1f} MB an hour after the first quarter; {SLOPE:g} are allowed"
    first, last = later[0], later[-1]
    for name in ("processes", "threads", "descriptors", "shared"):
        if getattr(last, name) > getattr(first, name) + 3:
            yield f"{name}: {getattr(first, name)} became {getattr(last, name)}"
    answers = [look.answer for look in later if look.answer]
    if answers and answers[-1] > 2 * max(answers[0], 0.25):
        yield f"an answer took {answers[0]:.2f} s and takes {answers[-1]:.2f} s"


def _growth(looks: Sequence[Look]) -> float:
    later = looks[len(looks) // 4 :]
    return slope_of([look.hours for look in later], [look.memory for look in later])


def slope_of(at: Sequence[float], values: Sequence[float]) -> float:
    """The median slope between any two points, which a process that was just killed does not change (Theil and Sen)."""
    pairs = itertools.combinations(range(len(at)), 2)
    return float(np.median([(values[j] - values[i]) / (at[j] - at[i]) for i, j in pairs]))


def _row(look: Look) -> str:
    held = f"{look.memory:6.1f} MB  {look.mapped:5.1f} MB of files"
    parts = f"{look.processes} processes  {look.threads} threads  {look.descriptors} descriptors"
    kept = f"{look.files} files, {look.stored:.1f} MB"
    return f"{look.hours:6.2f} h  {held}  {parts}  {kept}  {look.exchanges} exchanges  {look.answer:.3f} s"


def table(looks: Sequence[Look]) -> Table:
    """One row for each look."""
    names = list(Look.__struct_fields__)
    made = Table(*names)
    for look in looks:
        made.add_row(*(f"{getattr(look, name):.4g}" for name in names))
    return made


def _least(value: Any) -> float:
    hours = float(value)
    if not 0.02 <= hours <= 10_000:
        raise argparse.ArgumentTypeError("must be from 0.02 to 10000 hours")
    return hours


def main() -> int:
    """0 when nothing grew, was left or failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=_least, default=24.0, help="how long it runs")
    parser.add_argument(
        "--talk", type=_least, help="how many hours of talk are put into that; default: as many"
    )
    options = parser.parse_args()
    console = Console(width=140)
    day = Day(options.hours, options.talk or options.hours, console)
    with tempfile.TemporaryDirectory(prefix="gerald-day-") as folder:
        day.run(Path(folder))
    console.print(table(day.looks))
    console.print(f"memory after the first quarter: {_growth(day.looks):+.2f} MB an hour")
    day.failures += verdict(day.looks)
    for failure in day.failures:
        console.print(f"FAILED  {failure}")
    return 1 if day.failures else 0


if __name__ == "__main__":
    sys.exit(main())
