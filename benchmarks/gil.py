"""The interpreter's lock: an actor in the root process beside two CPU hogs, as threads and as pinned processes; and
what sys.setswitchinterval changes.

`python benchmarks/gil.py [--seconds 4] [--json]`. Exits 1 when the 99th percentile of an ask beside pinned hogs is more
than a tenth of that beside threads.
"""

import argparse
import json
import multiprocessing
import statistics
import sys
import threading
import time
from pathlib import Path

import pykka

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.actor import Actor, handles
from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from benchmarks._peers import PATIENCE, percentile
from benchmarks._report import Figure, Report

INTERVALS = (0.005, 0.001, 0.0005, 0.0001)
HOGS = 2


class Poke(Message):
    number: int


class Answerer(Actor):
    @handles
    def on_poke(self, message: Poke) -> None:
        self.reply(message)


class Rig:
    """An actor in a thread, and its client."""

    def __init__(self) -> None:
        directory = Directory()
        self.client = ExternalClient(directory)
        mailbox = Mailbox(200_000)
        directory.open("answerer", mailbox)

        def make(ended: Ended) -> Incarnation:
            return Incarnation(Answerer(), "answerer", 1, mailbox, directory, SystemClock(), on_end=ended)

        self.ref: pykka.ActorRef[ThreadHost] = ThreadHost.start(make, self.client)

    def asks(self, seconds: float) -> dict[str, float]:
        """Ask every 2 ms: median and 99th percentile, in microseconds."""
        times = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            begun = time.perf_counter()
            self.client.answer("answerer", Poke(1), PATIENCE)
            times.append((time.perf_counter() - begun) * 1e6)
            time.sleep(0.002)
        return {"p50": statistics.median(times), "p99": percentile(times, 0.99)}

    def tells(self, count: int = 100_000) -> float:
        """The rate of tells per second."""
        begun = time.perf_counter()
        for n in range(count):
            self.client.tell("answerer", Poke(n))
        self.client.answer("answerer", Poke(0), PATIENCE)
        return count / (time.perf_counter() - begun)


def hog(end: "threading.Event | None" = None) -> None:
    """Compute in pure Python, for ever or until `end`."""
    n = 0
    while end is None or not end.is_set():
        n = (n * 31 + 7) % 1_000_003


def beside_threads(rig: Rig, seconds: float, hogs: int = HOGS) -> dict[str, float]:
    """Ask while threads of this process compute."""
    end = threading.Event()
    threads = [threading.Thread(target=hog, args=(end,), daemon=True) for _ in range(hogs)]
    for thread in threads:
        thread.start()
    found = rig.asks(seconds)
    end.set()
    for thread in threads:
        thread.join()
    return found


def beside_processes(rig: Rig, seconds: float) -> dict[str, float]:
    """Ask while as many processes compute, with the nice value that heavy actors may have."""
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=hog, daemon=True) for _ in range(HOGS)]
    for process in processes:
        process.start()
    time.sleep(1.0)
    found = rig.asks(seconds)
    for process in processes:
        process.kill()
        process.join()
    return found


def main() -> int:
    """0 when the bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="for each measurement")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    rig = Rig()
    default = sys.getswitchinterval()
    alone = rig.asks(options.seconds)
    pinned = beside_processes(rig, options.seconds)
    threads = beside_threads(rig, options.seconds)
    table = {}
    for interval in INTERVALS:
        sys.setswitchinterval(interval)
        beside = beside_threads(rig, options.seconds / 2, hogs=1)
        table[str(interval)] = {**beside, "tell": rig.tells()}
    sys.setswitchinterval(default)
    report = Report()
    report.add(
        Figure(
            "ask beside computing processes, p99", pinned["p99"], "us", "beside threads", threads["p99"],
            at_most=1 / 10,
        )
    )  # fmt: skip
    if options.json:
        print(
            json.dumps(
                {
                    "alone": alone,
                    "pinned": pinned,
                    "threads": threads,
                    "intervals": table,
                    "missed": report.missed,
                }
            )
        )
        return report.finish(quiet=True)
    print(f"{'ask of a root actor':30} {'p50':>10} {'p99':>10}")
    for name, row in (
        ("alone", alone),
        ("beside two pinned hogs", pinned),
        ("beside two hog threads", threads),
    ):
        print(f"{name:30} {row['p50']:>7,.0f} us {row['p99']:>7,.0f} us")
    print(f"p99 beside pinned hogs: 1/{threads['p99'] / pinned['p99']:.0f} of that beside threads\n")
    print(f"{'switch interval, one hog thread':34} {'p50':>10} {'p99':>10} {'tell alone':>14}")
    for interval, row in table.items():
        print(
            f"{float(interval) * 1e3:>30.1f} ms {row['p50']:>8,.0f} us {row['p99']:>7,.0f} us {row['tell']:>12,.0f}/s"
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
