"""SIGKILL of a pinned actor that holds a model of 100 MB or more, until it answers again: with a standby process,
without one, and Ray's restarting actor with the same file.

`python benchmarks/recovery.py [--rounds 15] [--json]`. Exits 1 when a bar is missed: with a standby process at most 50
ms and 1/20 of Ray's time; without one at most its own cold start and 50 ms.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._actors import MODEL, Query
from benchmarks._peers import PATIENCE, Pinned, install_peers, peer
from benchmarks._report import Figure, Report
from config.models import ModelError, ModelFile, list_path, load_models, locate

LEAST = 100_000_000


def model(folder: Path) -> Path:
    """The largest embedded model, if it has 100 MB; else as many bytes of noise."""
    files = [path for item in load_models(list_path()) if (path := _found(item)) is not None]
    largest = max(files, key=lambda path: path.stat().st_size, default=None)
    if largest is not None and largest.stat().st_size >= LEAST:
        return largest
    path = folder / "model.bin"
    np.random.default_rng(1).integers(0, 255, LEAST + 20_000_000, np.uint8).tofile(path)
    return path


def _found(item: ModelFile) -> Path | None:
    try:
        return locate(item)
    except ModelError:
        return None


def ours(rounds: int, standby: int) -> tuple[float, list[float]]:
    """The cold start, and the time from each SIGKILL to the next answer, in milliseconds."""
    pinned = Pinned("benchmarks._actors:Echo", standby=standby)
    begun = time.perf_counter()
    pinned.launch()
    pinned.client.answer("actor", Query(0), PATIENCE)
    cold = (time.perf_counter() - begun) * 1e3
    times = []
    for n in range(rounds):
        _wait_warm(pinned, standby)
        begun = time.perf_counter()
        os.kill(pinned.handle.pid, 9)
        pinned.ended.get(timeout=PATIENCE)  # a supervisor would restart it now
        pinned.launch()
        pinned.client.answer("actor", Query(n), PATIENCE)
        times.append((time.perf_counter() - begun) * 1e3)
    pinned.end()
    return cold, times


def _wait_warm(pinned: Pinned, count: int) -> None:
    gate = threading.Event()
    deadline = time.monotonic() + PATIENCE
    while count and pinned.standby_pool.warm().get("actor", 0) < count:
        if time.monotonic() > deadline:
            raise RuntimeError("no standby process became warm")
        gate.wait(0.02)


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    install_peers()
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as folder:
        path = model(Path(folder))
        os.environ[MODEL] = str(path)
        _, warm = ours(options.rounds, 1)
        cold, without = ours(options.rounds, 0)
        ray = peer("ray_peer.py", "recovery", max(3, options.rounds // 3), path)
        size = path.stat().st_size / 1e6
    standby, none = statistics.median(warm), statistics.median(without)
    report = Report()
    report.add(Figure("SIGKILL to answer, with a standby process", standby, "ms", at_most=50))
    report.add(
        Figure("SIGKILL to answer, with a standby process", standby, "ms", "Ray", ray["p50"], at_most=1 / 20)
    )
    report.add(Figure("SIGKILL to answer, without", none, "ms", "a cold start + 50 ms", cold + 50, at_most=1))
    figures = {
        "standby_ms": standby,
        "without_ms": none,
        "cold_ms": cold,
        "ray_ms": ray["p50"],
        "model_mb": size,
    }
    if options.json:
        print(json.dumps({**figures, "missed": report.missed}))
        return report.finish(quiet=True)
    print(f"SIGKILL until it answers again, model of {size:.0f} MB, medians")
    print(f"  with standby      {standby:8,.1f} ms   1/{ray['p50'] / standby:.0f} of Ray's")
    print(f"  without           {none:8,.1f} ms   its cold start: {cold:.1f} ms")
    print(f"  Ray, restarting   {ray['p50']:8,.1f} ms")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
