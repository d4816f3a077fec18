"""Whether a death leaks anything: kills a pinned actor with a standby process repeatedly, and compares processes,
threads, descriptors, shared memory and resident memory before and after.

`python benchmarks/leaks.py [--rounds 500] [--json]`. Exits 1 when something is left.
"""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._actors import Query
from benchmarks._peers import PATIENCE, Pinned
from benchmarks._report import Figure, Report

WARM_UP = 30
RSS_MAY_GROW = 8_000_000


def look() -> dict[str, int]:
    """The resources that this process holds now."""
    me = psutil.Process()
    memory = Path("/dev/shm")
    return {
        "processes": len(me.children(recursive=True)),
        "threads": threading.active_count(),
        "descriptors": me.num_fds() if hasattr(me, "num_fds") else me.num_handles(),
        "shared memory": len(list(memory.iterdir())) if memory.is_dir() else 0,
        "rss": me.memory_info().rss,
    }


def settled(before: dict[str, int]) -> dict[str, int]:
    """The same after the last threads have ended."""
    gate = threading.Event()
    for _ in range(100):
        now = look()
        if all(now[name] <= before[name] for name in now if name != "rss"):
            break
        gate.wait(0.05)
    return now


def main() -> int:
    """0 when nothing is left."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    pinned = Pinned("benchmarks._actors:Echo", standby=1)
    pinned.launch()
    before: dict[str, int] = {}
    begun = time.monotonic()
    for n in range(WARM_UP + options.rounds):
        pinned.ready.get(timeout=PATIENCE)
        pinned.client.answer("actor", Query(n), PATIENCE)
        gate = threading.Event()
        while pinned.standby_pool.warm().get("actor", 0) < 1:
            gate.wait(0.005)
        if n == WARM_UP:
            before = look()
        os.kill(pinned.handle.pid, 9)
        pinned.ended.get(timeout=PATIENCE)
        pinned.launch()
    pinned.ready.get(timeout=PATIENCE)
    while pinned.standby_pool.warm().get("actor", 0) < 1:
        gate.wait(0.005)
    after = settled(before)
    pinned.end()
    grown = {name: after[name] - before[name] for name in after}
    report = Report()
    for name, more in grown.items():
        if name == "rss":
            report.add(Figure("more resident memory", more / 1e6, "MB", at_most=RSS_MAY_GROW / 1e6))
        else:
            report.add(Figure(f"more {name}", more, at_most=0))
    if options.json:
        print(
            json.dumps({"rounds": options.rounds, "before": before, "after": after, "missed": report.missed})
        )
        return report.finish(quiet=True)
    took = time.monotonic() - begun
    print(f"{options.rounds} deaths by SIGKILL, a standby process taking over each time, in {took:.0f} s")
    for name in after:
        print(f"  {name:14} {before[name]:>12,} -> {after[name]:>12,}")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
