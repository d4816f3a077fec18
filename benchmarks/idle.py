"""A whole Gerald that nobody talks with: what it costs whoever lets it run day and night.

`python benchmarks/idle.py [--seconds 30] [--json]`. An instance is started as `make run` starts it, with ears, model,
voice and page, in a home of its own and without a sound device; when it is ready and has come to rest, the processor
time of each of its processes and threads is counted, how often they are woken, and the memory of each process. Linux
only. Exits 1 when it takes more than 1 % of a core, or its memory is more than 450 MB (the sum of proportional set
sizes).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._browsers import page_of
from benchmarks._report import Figure, Report
from supervisor.demo.instance import DemoInstance, free_port

SETTLED = 20.0
"""Seconds after which what was needed for the start only has been given back."""

MOST_THREADS = 5
"""Threads of a process that are shown, those that take the most first."""

NAMES = """
import sys, threading

def name(frame, event, arg):  # the first call in a new thread
    sys.setprofile(None)
    try:
        with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as file:
            file.write(threading.current_thread().name[-15:])
    except OSError:
        pass

threading.setprofile(name)
"""
"""Makes Python tell the system the names of its threads, which it does by itself from 3.14 on."""


class Thread(msgspec.Struct, frozen=True):
    """cpu: seconds. woken: how often it has waited. driven_out: how often another took its core."""

    name: str
    cpu: float
    woken: int
    driven_out: int


class Cost(msgspec.Struct, frozen=True):
    """What a process took, for each second, and its memory in MB: proportional, and what is its own."""

    name: str
    cpu: float
    woken: float
    driven_out: float
    proportional: float
    own: float
    threads: tuple[Thread, ...]


def names(status: Mapping[str, Any], pids: Mapping[str, int]) -> dict[int, str]:
    """What each process is, as far as it is known."""
    found = {row["pid"]: row["address"] for row in status["actors"] if row["pid"]}
    return {**found, status["pid"]: "root", **{pid: name for name, pid in pids.items()}}


def threads(pid: int) -> Iterator[tuple[int, Thread]]:
    """The threads of a process and what they have taken since their start."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        lines = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines())
        cpu = int((task / "schedstat").read_text().split()[0]) / 1e9
        woken, driven_out = (int(lines[f"{kind}_ctxt_switches"]) for kind in ("voluntary", "nonvoluntary"))
        yield int(task.name), Thread(lines["Name"], cpu, woken, driven_out)


def memory(pid: int) -> tuple[float, float]:
    """The proportional set size of a process and what is its own, in MB."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name.rstrip(":"): int(size) for name, size, *_ in (row.split() for row in rows)}
    return sizes["Pss"] * 1024 / 1e6, (sizes["Private_Clean"] + sizes["Private_Dirty"]) * 1024 / 1e6


def measured(known: Mapping[int, str], seconds: float) -> list[Cost]:
    """What goes on for so long in these processes."""
    before = {pid: dict(threads(pid)) for pid in known}
    begun = time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - begun
    found = []
    for pid, name in known.items():
        new = Thread("", 0.0, 0, 0)
        spent = []
        for number, now in threads(pid):
            then = before[pid].get(number, new)
            values = (now.cpu - then.cpu, now.woken - then.woken, now.driven_out - then.driven_out)
            spent.append(Thread(now.name, *values))
        spent.sort(key=lambda one: (one.cpu, one.woken), reverse=True)
        sums = (sum(getattr(one, what) for one in spent) / took for what in ("cpu", "woken", "driven_out"))
        found.append(Cost(name, *sums, *memory(pid), tuple(spent)))
    return found


def idle_instance(home: Path, seconds: float) -> list[Cost]:
    """Start one, let it settle, and measure."""
    started: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        # as `make run` does: with the launcher above the root
        started.append(subprocess.Popen([part for part in command if part != "--no-launcher"], **options))
        return started[0]

    ports = (f"osc.input_port={free_port()}", f"osc.output_port={free_port()}")
    silent = ("audio.input_device=none", "audio.output_device=none")
    launch: Callable[..., Any] = start
    (home / "sitecustomize.py").write_text(NAMES)
    environment = {"PYTHONPATH": str(home)}
    settings = (*ports, *silent, "page.enabled=true", "page.port=0")
    with DemoInstance(home, settings, environment, start=launch) as instance:
        page_of(instance)
        status = instance.call({"do": "status"})
        time.sleep(SETTLED)
        launcher = psutil.Process(started[0].pid)
        known = names(status, {"launcher": launcher.pid})
        others = {child.pid: "multiprocessing" for child in launcher.children(recursive=True)}
        return measured({**others, **known}, seconds)


def show(found: list[Cost], seconds: float) -> None:
    print(
        f"{'':24}{'% of a core':>12}{'woken /s':>10}{'driven out /s':>15}{'PSS MB':>9}{'own MB':>9}{'threads':>9}"
    )
    for one in found:
        row = f"{100 * one.cpu:12.2f}{one.woken:10.1f}{one.driven_out:15.1f}"
        print(f"{one.name:24}{row}{one.proportional:9.1f}{one.own:9.1f}{len(one.threads):9d}")
        for thread in one.threads[:MOST_THREADS]:
            if thread.woken > seconds / 10:
                print(f"    {thread.name:20}{100 * thread.cpu / seconds:12.3f}{thread.woken / seconds:10.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if sys.platform != "linux":
        print("Linux only: other systems do not tell this")
        return Report().finish()
    os.environ.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory() as folder:
        found = idle_instance(Path(folder), given.seconds)
    cpu, woken = sum(one.cpu for one in found), sum(one.woken for one in found)
    proportional, own = sum(one.proportional for one in found), sum(one.own for one in found)
    report = Report()
    report.add(Figure("a whole idle Gerald, processor", 100 * cpu, "% of a core", at_most=1.0))
    report.add(Figure("its memory (PSS)", proportional, "MB", at_most=450.0))
    report.add(Figure("how often its threads are woken", woken, "/s"))
    if given.json:
        print(json.dumps([msgspec.to_builtins(one) for one in found]))
        return report.finish(quiet=True)
    show(found, given.seconds)
    print(
        f"together {100 * cpu:.2f} % of a core, woken {woken:.1f}/s, PSS {proportional:.0f} MB, own {own:.0f} MB"
    )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
