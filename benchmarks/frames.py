"""Pictures of 1280x720x3 to a pinned process: ours (ring, envelope, mailbox, accounting) beside Ray and beside a bare
pipe with a bare ring.

`python benchmarks/frames.py [--rounds 3] [--frames 600] [--json]`. Exits 1 when a bar is missed: at least 8 times Ray's
rate; one way at 30 pictures a second at most 1.5 times the bare pipe's median, and at most half of Ray's 99th
percentile.
"""

import argparse
import json
import multiprocessing
import statistics
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.media.frame_ring import Ring, RingReader, RingWriter
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.media.ring_names import new_name
from actors.vision.messages import FrameReady
from benchmarks._actors import Seen, Shot
from benchmarks._peers import PATIENCE, Pinned, install_peers, peer, percentile
from benchmarks._report import Figure, Report

SHAPE = (720, 1280, 3)
FIGURES = ("rate", "way_p50", "way_p99")
FPS = 30.0
WAYS = 90


def ours(count: int) -> dict[str, float]:
    """Pictures through the pinned actor's mailbox and link."""
    ring = Ring(new_name(Path()), 8, int(np.prod(SHAPE)))
    pinned = Pinned("benchmarks._actors:Viewer", frames=ring.address)
    pinned.launch()
    pinned.ready.get(timeout=PATIENCE)
    writer = RingWriter(ring.address)
    picture = np.zeros(SHAPE, np.uint8)

    def shoot() -> Any:
        f = writer.write(picture, 0.0)
        ready = FrameReady(f.generation, f.height, f.width, f.channels, f.captured_at)
        return pinned.client.ask("actor", Shot(ready, time.monotonic()))

    found = _measure(shoot, lambda future: _way(future.get(timeout=PATIENCE)), count)
    pinned.end()
    writer.close()
    ring.close()
    return found


def _way(seen: Seen) -> float:
    if seen.way < 0:
        raise RuntimeError("a picture was gone before it was read")
    return seen.way


def bare(count: int) -> dict[str, float]:
    """Pictures through a pipe and a ring only."""
    ring = Ring(new_name(Path()), 8, int(np.prod(SHAPE)))
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_bare_reader, args=(there, ring.address), daemon=True)
    process.start()
    writer = RingWriter(ring.address)
    picture = np.zeros(SHAPE, np.uint8)

    def shoot() -> float:
        f = writer.write(picture, 0.0)
        here.send((f.generation, f.height, f.width, f.channels, time.monotonic()))
        return 0.0

    found = _measure(shoot, lambda _: here.recv(), count)
    process.kill()
    process.join()
    writer.close()
    ring.close()
    return found


def _bare_reader(connection: Any, address: RingAddress) -> None:
    reader = RingReader(address)
    while True:
        generation, height, width, channels, sent_at = connection.recv()
        with reader.look(Frame(generation, height, width, channels, 0.0)) as seen:
            assert seen is not None
            assert int(seen.picture[0, 0, 0]) >= 0
        connection.send(time.monotonic() - sent_at)


def _measure(shoot: Any, finish: Any, count: int) -> dict[str, float]:
    finish(shoot())
    flying: deque[Any] = deque()
    begun = time.perf_counter()
    for _ in range(count):
        flying.append(shoot())
        if len(flying) > 2:
            finish(flying.popleft())
    while flying:
        finish(flying.popleft())
    rate = count / (time.perf_counter() - begun)
    ways, due = [], time.monotonic()
    for _ in range(WAYS):
        due += 1 / FPS
        time.sleep(max(0.0, due - time.monotonic()))
        ways.append(finish(shoot()))
    return {"rate": rate, "way_p50": statistics.median(ways) * 1e6, "way_p99": percentile(ways, 0.99) * 1e6}


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    install_peers()
    found: dict[str, list[dict[str, float]]] = {"ours": [], "bare": [], "ray": []}
    for _ in range(options.rounds):
        found["ours"].append(ours(options.frames))
        found["bare"].append(bare(options.frames))
        found["ray"].append(peer("ray_peer.py", "frames", options.frames // 2))
    medians = {
        who: {f: statistics.median(row[f] for row in rows) for f in FIGURES} for who, rows in found.items()
    }
    mine, pipe, ray = medians["ours"], medians["bare"], medians["ray"]
    report = Report()
    report.add(Figure("pictures", mine["rate"], "/s", "Ray", ray["rate"], at_least=8))
    report.add(Figure("one way, median", mine["way_p50"], "us", "a bare pipe", pipe["way_p50"], at_most=1.5))
    report.add(Figure("one way, p99", mine["way_p99"], "us", "Ray", ray["way_p99"], at_most=1 / 2))
    if options.json:
        print(json.dumps({"medians": medians, "missed": report.missed}))
        return report.finish(quiet=True)
    print(f"{'':10} {'pictures':>10} {'one way p50':>12} {'p99':>10}")
    for who, row in medians.items():
        print(f"{who:10} {row['rate']:>8,.0f}/s {row['way_p50']:>9,.0f} us {row['way_p99']:>7,.0f} us")
    rates, ways = mine["rate"] / ray["rate"], mine["way_p50"] / pipe["way_p50"]
    print(f"\nours: {rates:.1f}x Ray's rate; one way {ways:.2f}x the bare pipe's median", end="")
    print(f", p99 1/{ray['way_p99'] / mine['way_p99']:.1f} of Ray's")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
