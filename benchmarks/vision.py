"""People looked for in pictures of 1280x720 by the embedded network: detectors in one, two and three processes, beside
the same work in one plain loop without actors, and as Ray actors.

`python benchmarks/vision.py [--rounds 3] [--seconds 4] [--json]`. New pictures come 150 times a second, more
than three detectors can look at on two cores. Exits 1 when a bar is missed: with one detector at least 0.9 times the
plain loop's pictures.
"""

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.mailbox import Put
from actors.kernel.media.frame_ring import Picture, RingWriter
from actors.kernel.message import Envelope
from actors.vision.detector.motion import grey_of, measure
from actors.vision.detector.placement import shown, shrunk
from actors.vision.detector.search import open_search
from actors.vision.messages import DETECTOR, TRACKER, FrameReady, Looked
from benchmarks._actors import Query
from benchmarks._peers import PATIENCE, install_peers, peer, percentile
from benchmarks._report import Figure, Report
from config.schema import Config
from supervisor.otp.spec import ChildSpec, SupervisorSpec
from supervisor.runtime.runtime import Runtime
from supervisor.tree import tree

SHAPE = (720, 1280, 3)
FPS = 150.0
INSTANCES = (1, 2, 3)
WARM_UP = 1.0
ASK_EVERY = 0.005
Row = dict[str, float]


def pictures() -> list[Picture]:
    """What is looked at, in turn: coarse noise, in which nobody is."""
    source = np.random.default_rng(7)
    coarse = [source.integers(0, 256, (45, 80, 3), np.uint8) for _ in range(4)]
    return [cv2.resize(one, (SHAPE[1], SHAPE[0])) for one in coarse]


def plain(seconds: float) -> Row:
    """The same work in one loop: no process, no message, nothing to wait for."""
    cv2.setNumThreads(1)
    search = open_search(Config().computer_vision, Path())
    assert search is not None
    placement = search.placement(*SHAPE[:2])
    before, count = None, 0
    ends = begun = used = 0.0
    for picture in itertools.cycle(pictures()):
        small = shrunk(picture, placement)
        grey = grey_of(shown(small, placement))
        measure(grey, before, 0.0)
        before = grey
        search.found(small, placement)
        if not begun:  # the first one allocates what the others use
            begun, used = time.perf_counter(), time.process_time()
            ends = begun + seconds
            continue
        count += 1
        if time.perf_counter() >= ends:
            break
    used = time.process_time() - used
    return {"rate": count / (time.perf_counter() - begun), "cpu": used / count * 1e3}


class Tracker:
    """Where the detectors tell what they found: how old each result is."""

    def __init__(self) -> None:
        self.ages: list[float] = []

    def put(self, envelope: Envelope) -> Put | None:
        if isinstance(envelope.message, Looked):
            assert envelope.message.searched
            self.ages.append(time.time() - envelope.message.at)
        return None


@contextmanager
def detectors(instances: int) -> Iterator[tuple[Runtime, Tracker]]:
    """The tree's own detectors, in processes, and an actor of the root to ask."""
    pinned = {"pin": "process", "instances": instances}
    config = Config.model_validate(
        {"computer_vision": {"enabled": True}, "actors": {DETECTOR: pinned}, "trace": {"enabled": False}}
    )
    whole = tree(config)
    (group,) = (one for one in whole.children if one.address == "vision")
    (detector,) = (child for child in group.children if child.address == DETECTOR)
    assert isinstance(group, SupervisorSpec)
    echo = ChildSpec("echo", "benchmarks._actors:Echo")
    vision = SupervisorSpec("vision", group.strategy, (echo, detector), group.start)
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as home:
        system = Runtime(config, Path(home), spec=SupervisorSpec("root", whole.strategy, (vision,)))
        tracker = Tracker()
        system.directory.open(TRACKER, tracker)
        system.directory.open("system", Tracker())
        system.start()
        assert system.wait_ready(PATIENCE)
        yield system, tracker
        assert system.stop(PATIENCE)


def ours(instances: int, seconds: float) -> Row:
    """Pictures that the detectors told of, how old they were by then, and how long an ask within the root took."""
    with detectors(instances) as (system, tracker), _shown(system):
        time.sleep(WARM_UP)
        processes = [
            psutil.Process(row["pid"]) for row in system.status()["actors"] if DETECTOR in row["address"]
        ]
        used = _used(processes)
        tracker.ages.clear()
        begun = time.perf_counter()
        asks = _asked(system, seconds)
        took, ages = time.perf_counter() - begun, tuple(tracker.ages)
        used = _used(processes) - used
    return _row(ages, took) | {"ask_p99": percentile(asks, 0.99) * 1e3, "cpu": used / len(ages) * 1e3}


def _used(processes: list[psutil.Process]) -> float:
    """Processor seconds of them together."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def _row(ages: "tuple[float, ...] | list[float]", seconds: float) -> Row:
    """The rate, and the ages in milliseconds."""
    return {
        "rate": len(ages) / seconds,
        "age_p50": statistics.median(ages) * 1e3,
        "age_p99": percentile(list(ages), 0.99) * 1e3,
    }


@contextmanager
def _shown(system: Runtime) -> Iterator[None]:
    """New pictures, FPS times a second, from a thread of the root."""
    over = threading.Event()

    def show() -> None:
        assert system.frames is not None
        writer = RingWriter(system.frames)
        due = time.monotonic()
        for picture in itertools.cycle(pictures()):
            due += 1 / FPS
            if over.wait(max(0.0, due - time.monotonic())):
                break
            f = writer.write(picture, time.time())
            ready = FrameReady(f.generation, f.height, f.width, f.channels, f.captured_at)
            system.client.tell(DETECTOR, ready)
        writer.close()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _asked(system: Runtime, seconds: float) -> list[float]:
    """How long each ask took, one after another for so many seconds."""
    asks = []
    ends = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < ends:
        system.client.answer("echo", Query(1), PATIENCE)
        asks.append(time.perf_counter() - begun)
        time.sleep(ASK_EVERY)
    return asks


def measured(rounds: int, seconds: float) -> dict[str, Row]:
    """The medians of so many rounds, in which all take turns; Ray's are those of one."""
    found: dict[str, list[Row]] = {"plain": []} | {f"ours {n}": [] for n in INSTANCES}
    for _ in range(rounds):
        found["plain"].append(plain(seconds))
        for n in INSTANCES:
            found[f"ours {n}"].append(ours(n, seconds))
    for n in INSTANCES:
        found[f"Ray {n}"] = [peer("ray_peer.py", "vision", n, seconds)]
    return {
        who: {f: statistics.median(row[f] for row in rows) for f in rows[0]} for who, rows in found.items()
    }


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    install_peers()
    medians = measured(options.rounds, options.seconds)
    report = Report()
    loop = medians["plain"]["rate"]
    for n in INSTANCES:
        mine, ray = medians[f"ours {n}"], medians[f"Ray {n}"]
        bar = 0.9 if n == 1 else None
        report.add(Figure(f"pictures, {n} detectors", mine["rate"], "/s", "a plain loop", loop, at_least=bar))
        report.add(Figure(f"pictures, {n} detectors, Ray", mine["rate"], "/s", "Ray", ray["rate"]))
        report.add(
            Figure(f"age of a result, p50, {n} detectors", mine["age_p50"], "ms", "Ray", ray["age_p50"])
        )
        report.add(
            Figure(f"age of a result, p99, {n} detectors", mine["age_p99"], "ms", "Ray", ray["age_p99"])
        )
        used = Figure(
            f"processor time of a picture, {n} detectors",
            mine["cpu"],
            "ms",
            "a plain loop",
            medians["plain"]["cpu"],
        )
        report.add(used)
        report.add(Figure(f"ask in the root, p99, {n} detectors", mine["ask_p99"], "ms"))
    alone = medians["ours 1"]["rate"]
    for n in INSTANCES[1:]:
        report.add(Figure(f"speed-up by {n} detectors", medians[f"ours {n}"]["rate"] / alone, "x"))
    if options.json:
        print(json.dumps({"medians": medians, "missed": report.missed}))
        return report.finish(quiet=True)
    _print(medians)
    return report.finish()


def _print(medians: dict[str, Row]) -> None:
    loop = medians["plain"]["rate"]
    print(f"on {os.cpu_count()} cores, which {os.getloadavg()[0]:.1f} processes wanted in the last minute")
    print(f"{'':10} {'pictures':>10} {'of the loop':>12} {'age p50':>9} {'p99':>9} {'ask p99':>9} {'cpu':>7}")
    for who, row in medians.items():
        ages = "".join(f"{row[f]:>7,.0f} ms" if f in row else " " * 10 for f in ("age_p50", "age_p99"))
        ask = f"{row['ask_p99']:>6,.1f} ms" if "ask_p99" in row else " " * 9
        cpu = f"{row['cpu']:>4,.0f} ms" if "cpu" in row else ""
        print(f"{who:10} {row['rate']:>8,.1f}/s {row['rate'] / loop:>11,.2f}x {ages} {ask} {cpu}")


if __name__ == "__main__":
    sys.exit(main())
