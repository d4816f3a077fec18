"""Ray beside us; run by .venv-peers, prints one JSON line with the figures that were asked for.

`python ray_peer.py nodes|frames|recovery COUNT [FILE]`, `ray_peer.py vision ACTORS SECONDS`
"""

import contextlib
import json
import os
import statistics
import sys
import time

os.environ.setdefault("RAY_DEDUP_LOGS", "0")

import numpy as np
import ray

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@ray.remote(max_restarts=-1, max_task_retries=-1)
class Echo:
    def __init__(self, path=""):
        self.count = 0
        self.model = load(path) if path else 0

    def tell(self, number):
        self.count += 1

    def ask(self, number):
        return number

    def pid(self):
        return os.getpid()

    def frame(self, picture, sent_at):
        self.count += int(picture[0, 0, 0])
        return time.monotonic() - sent_at


def load(path):
    """What the model's load costs: every byte is read into memory and looked at."""
    data = np.fromfile(path, np.uint8)
    return int(data[::4096].sum()), data


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def nodes(count):
    actor = Echo.remote()
    ray.get(actor.ask.remote(0))
    asks = []
    for n in range(count):
        begun = time.perf_counter()
        ray.get(actor.ask.remote(n))
        asks.append(time.perf_counter() - begun)
    tells = count * 5
    begun = time.perf_counter()
    for n in range(tells):
        actor.tell.remote(n)
    ray.get(actor.ask.remote(0))
    return {
        "ask_p50": statistics.median(asks) * 1e6,
        "ask_p99": percentile(asks, 0.99) * 1e6,
        "tell": tells / (time.perf_counter() - begun),
    }


def frames(count):
    actor = Echo.remote()
    picture = np.zeros((720, 1280, 3), np.uint8)
    ray.get(actor.frame.remote(picture, time.monotonic()))
    begun = time.perf_counter()
    waiting = []
    for _ in range(count):
        waiting.append(actor.frame.remote(picture, time.monotonic()))
        if len(waiting) > 2:
            ray.get(waiting.pop(0))
    ray.get(waiting)
    rate = count / (time.perf_counter() - begun)
    ways = []
    due = time.monotonic()
    for _ in range(min(count, 90)):
        due += 1 / 30
        time.sleep(max(0.0, due - time.monotonic()))
        ways.append(ray.get(actor.frame.remote(picture, time.monotonic())))
    return {"rate": rate, "way_p50": statistics.median(ways) * 1e6, "way_p99": percentile(ways, 0.99) * 1e6}


def recovery(count, path):
    begun = time.perf_counter()
    actor = Echo.remote(path)
    ray.get(actor.ask.remote(0))
    cold = time.perf_counter() - begun
    times = []
    for _ in range(count):
        pid = ray.get(actor.pid.remote())
        begun = time.perf_counter()
        os.kill(pid, 9)
        while True:
            with contextlib.suppress(ray.exceptions.RayError):
                if ray.get(actor.pid.remote()) != pid:
                    break
        times.append(time.perf_counter() - begun)
    return {"p50": statistics.median(times) * 1e3, "cold": cold * 1e3}


@ray.remote
class Detector:
    """Does with a picture what ours does, with the same functions."""

    def __init__(self):
        from pathlib import Path

        sys.path.insert(0, ROOT)
        import cv2

        from actors.vision.detector.search import open_search
        from config.schema import Config

        cv2.setNumThreads(1)
        self.search, self.before = open_search(Config().computer_vision, Path()), None

    def look(self, picture, captured_at):
        from actors.vision.detector.motion import grey_of, measure
        from actors.vision.detector.placement import shown, shrunk

        placement = self.search.placement(*picture.shape[:2])
        small = shrunk(picture, placement)
        grey = grey_of(shown(small, placement))
        measure(grey, self.before, captured_at)
        self.before = grey
        return len(self.search.found(small, placement)), captured_at


def vision(count, seconds):
    """The newest picture goes to whichever actor is idle, at 150 new ones a second at most."""
    rows = np.random.default_rng(7).integers(0, 256, (4, 720, 1280, 3), np.uint8)
    idle = [Detector.remote() for _ in range(count)]
    ray.get([actor.look.remote(rows[0], 0.0) for actor in idle])
    busy, ages, n = {}, [], 0
    begun = time.perf_counter()
    ends, due = begun + 1.0 + float(seconds), begun
    while time.perf_counter() < ends:
        if idle:
            due = max(due + 1 / 150, time.perf_counter())
            time.sleep(max(0.0, due - time.perf_counter()))
            actor = idle.pop()
            n += 1
            busy[actor.look.remote(rows[n % len(rows)], time.time())] = actor
        done, _ = ray.wait(list(busy), timeout=0.0 if idle else None)
        for one in done:
            _, captured_at = ray.get(one)
            if time.perf_counter() > begun + 1.0:
                ages.append(time.time() - captured_at)
            idle.append(busy.pop(one))
    rate = len(ages) / (time.perf_counter() - begun - 1.0)
    return {"rate": rate, "age_p50": statistics.median(ages) * 1e3, "age_p99": percentile(ages, 0.99) * 1e3}


def main():
    what, count = sys.argv[1], int(sys.argv[2])
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        logging_level="ERROR",
        log_to_driver=False,
        _temp_dir="/tmp/ray-peer",
    )
    work = {"nodes": nodes, "frames": frames, "recovery": recovery, "vision": vision}[what]
    print(json.dumps(work(count, *sys.argv[3:])), flush=True)
    ray.shutdown()


if __name__ == "__main__":
    main()
