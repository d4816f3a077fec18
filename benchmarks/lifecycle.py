"""Births and deaths of thread actors: a crash until the next message is handled, under the real supervisor; and a
thousand actors that start, handle one message and stop, beside stock pykka.

`python benchmarks/lifecycle.py [--rounds 5] [--crashes 200] [--actors 1000] [--json]`. Exits 1 when a bar is missed: a
crash costs at most 2 ms (median, no back-off; pykka has no restart to compare with); a thousand actors take no longer
than pykka's.
"""

import argparse
import gc
import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pykka

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from benchmarks._actors import Count, Fragile, Trip
from benchmarks._peers import PATIENCE, ROOT
from benchmarks._report import Figure, Report
from config.schema import Config
from supervisor.otp.spec import Backoff, ChildSpec, Strategy, SupervisorSpec
from supervisor.runtime.runtime import Runtime


class Stock(pykka.ThreadingActor):
    use_daemon_thread = True

    def on_receive(self, message: object) -> object:
        return message


def crashes(count: int) -> list[float]:
    """Milliseconds from each deadly message to the answer to the next one."""
    now = Backoff(0.0, 0.0)
    child = ChildSpec("fragile", "benchmarks._actors:Fragile")
    root = SupervisorSpec("root", Strategy.ONE_FOR_ONE, (child,), backoff=now, intensity=10**6)
    config = Config.model_validate({"trace": {"enabled": False}, "logging": {"level": "CRITICAL"}})
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as home:
        logging.disable(logging.CRITICAL)  # each death is worth a line elsewhere
        system = Runtime(config, Path(home), spec=root)
        system.start()
        system.wait_ready(PATIENCE)
        times = []
        for _ in range(count):
            system.client.answer("fragile", Count(), PATIENCE)
            begun = time.perf_counter()
            system.client.tell("fragile", Trip())
            system.client.answer("fragile", Count(), PATIENCE)
            times.append((time.perf_counter() - begun) * 1e3)
        system.stop(PATIENCE)
    return times


def ours(count: int) -> float:
    """Seconds for `count` actors to start, answer once, and stop."""
    directory = Directory()
    outside = ExternalClient(directory)
    begun = time.perf_counter()
    refs = [_start(directory, outside, f"actor{n}") for n in range(count)]
    for future in [outside.ask(f"actor{n}", Count()) for n in range(count)]:
        future.get(timeout=PATIENCE)
    for stopped in [ref.stop(block=False) for ref in refs]:
        stopped.get(timeout=PATIENCE)
    return time.perf_counter() - begun


def _start(directory: Directory, outside: ExternalClient, address: str) -> pykka.ActorRef[ThreadHost]:
    mailbox = Mailbox()
    directory.open(address, mailbox)

    def make(ended: Ended) -> Incarnation:
        return Incarnation(Fragile(), address, 1, mailbox, directory, SystemClock(), on_end=ended)

    return ThreadHost.start(make, outside)


def stock(count: int) -> float:
    """The same with pykka's own actor."""
    begun = time.perf_counter()
    refs = [Stock.start() for _ in range(count)]
    for future in [ref.ask("count", block=False) for ref in refs]:
        future.get(timeout=PATIENCE)
    for stopped in [ref.stop(block=False) for ref in refs]:
        stopped.get(timeout=PATIENCE)
    return time.perf_counter() - begun


def memory(who: str, count: int) -> float:
    """Bytes of resident memory per idle actor, measured in its own process."""
    code = f"from benchmarks.lifecycle import held; print(held({who!r}, {count}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=PATIENCE
    )
    return float(done.stdout.strip().splitlines()[-1])


def held(who: str, count: int) -> float:
    """The memory of `count` idle actors, per actor."""
    me = psutil.Process(os.getpid())
    directory = Directory()
    outside = ExternalClient(directory)
    gc.collect()
    before = me.memory_info().rss
    if who == "ours":
        keep = [_start(directory, outside, f"actor{n}") for n in range(count)]
    else:
        keep = [Stock.start() for _ in range(count)]
    while threading.active_count() < count:
        time.sleep(0.01)
    assert len(keep) == count
    return (me.memory_info().rss - before) / count


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--crashes", type=int, default=200)
    parser.add_argument("--actors", type=int, default=1000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    crash = statistics.median(crashes(options.crashes))
    mine, theirs = [], []
    for _ in range(options.rounds):
        mine.append(ours(options.actors))
        theirs.append(stock(options.actors))
    ours_s, stock_s = statistics.median(mine), statistics.median(theirs)
    kept = {who: memory(who, options.actors) for who in ("ours", "pykka")}
    report = Report()
    report.add(Figure("crash to answer", crash, "ms", at_most=2))
    report.add(
        Figure(f"{options.actors} actors start, answer, stop", ours_s, "s", "pykka", stock_s, at_most=1)
    )
    report.add(Figure("memory of an idle actor", kept["ours"] / 1e3, "kB", "pykka", kept["pykka"] / 1e3))
    figures = {"crash_ms": crash, "ours_s": ours_s, "pykka_s": stock_s, "bytes_per_actor": kept}
    if options.json:
        print(json.dumps({**figures, "missed": report.missed}))
        return report.finish(quiet=True)
    print(
        f"crash of a thread actor until the next message is answered: {crash:.2f} ms (median of {options.crashes})"
    )
    print(
        f"{options.actors} actors, start, one message, stop: ours {ours_s:.2f} s, pykka {stock_s:.2f} s"
        f" ({ours_s / stock_s:.2f}x)"
    )
    print(f"an idle actor holds: ours {kept['ours'] / 1e3:.1f} kB, pykka {kept['pykka'] / 1e3:.1f} kB")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
