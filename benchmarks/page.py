"""The page with five browsers open on its first screen, at ten updates a second, while Gerald is talked with: what that
costs, and what it does to others.

`python benchmarks/page.py [--seconds 15] [--browsers 5]`. An instance hears a sound that goes up and down, and is asked
something every two seconds; by turns nobody and the browsers look. Exits 1 when one of them costs more than 3 % of a
core (page and root together), gets fewer than nine levels a second, or an ask takes more than 1.2 times as long (99th
percentile).
"""

import argparse
import contextlib
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._browsers import SETTLE, Browser, browsers, page_of
from benchmarks._peers import percentile
from benchmarks._report import Figure, Report
from supervisor.control.wire import RequestRefused
from supervisor.demo.instance import DemoFailed, DemoInstance, free_port

ROUNDS = 3
ASK_EVERY = 0.02
TALK_EVERY = 2.0


class Measured(msgspec.Struct, frozen=True):
    """cpu: seconds of page and root together, for each second. asks: what each took, in seconds. levels: a browser's,
    for each second."""

    cpu: float
    asks: tuple[float, ...]
    levels: float = 0.0


def sound(file: Path) -> None:
    """Ten minutes of a tone whose level changes all the time."""
    seconds = np.arange(16000 * 600) / 16000.0
    loud = 32000.0 * 10.0 ** ((-50.0 + 40.0 * (0.37 * seconds % 1.0)) / 20.0)
    with wave.open(str(file), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16000)
        written.writeframes((loud * np.sin(2000.0 * seconds)).astype("<i2").tobytes())


@contextlib.contextmanager
def talked_with(instance: DemoInstance) -> Iterator[None]:
    """Somebody asks something every two seconds."""
    over = threading.Event()

    def talk() -> None:
        while not over.wait(TALK_EVERY):
            with contextlib.suppress(DemoFailed, RequestRefused):
                instance.call({"do": "talk", "text": "What do you like best?", "as": "Mio"})

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        yield
    finally:
        over.set()
        talker.join()


def measured(
    instance: DemoInstance, processes: list[psutil.Process], seconds: float, open_: list[Browser]
) -> Measured:
    """What goes on for so long, with these browsers open."""
    before, begun = _cpu(processes), time.monotonic()
    levels = sum(one.levels for one in open_)
    asks = []
    while time.monotonic() - begun < seconds:
        asked = time.perf_counter()
        instance.call({"do": "ask", "address": "world", "type": "Ping"})
        asks.append(time.perf_counter() - asked)
        time.sleep(ASK_EVERY)
    took = time.monotonic() - begun
    shown = (sum(one.levels for one in open_) - levels) / took / len(open_) if open_ else 0.0
    return Measured((_cpu(processes) - before) / took, tuple(asks), shown)


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in processes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--browsers", type=int, default=5)
    given = parser.parse_args()
    alone: list[Measured] = []
    watched: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sound(home / "tone.wav")
        settings = (
            f"osc.input_port={free_port()}",
            f"osc.output_port={free_port()}",
            "llm.mock_responses=true",
            "page.enabled=true",
            "page.port=0",
            "audio.input_device=file:tone.wav",
            "audio.output_device=none",
        )
        with DemoInstance(home, settings, {}) as instance, talked_with(instance):
            url = page_of(instance)
            status = instance.call({"do": "status"})
            pids = {row["pid"] for row in status["actors"] if row["address"] == "page"} | {status["pid"]}
            processes = [psutil.Process(pid) for pid in pids if pid]
            for _ in range(ROUNDS):
                alone.append(measured(instance, processes, given.seconds, []))
                with browsers(home, url, given.browsers) as opened:
                    watched.append(measured(instance, processes, given.seconds, opened))
                time.sleep(SETTLE)
    return report(alone, watched, given.browsers)


def report(alone: list[Measured], watched: list[Measured], count: int) -> int:
    without, with_ = (sorted(one.cpu for one in each)[len(each) // 2] for each in (alone, watched))
    asks = [[1000.0 * ask for one in each for ask in one.asks] for each in (alone, watched)]
    p99 = [percentile(each, 0.99) for each in asks]
    cost = 100.0 * max(0.0, with_ - without) / count
    levels = min(one.levels for one in watched)
    print(f"page and root without a browser {without:.1%} of a core, with {count} {with_:.1%}")
    print(f"a browser costs {cost:.2f} % of a core and gets {levels:.1f} levels a second")
    print(f"ask of {len(asks[0])} and {len(asks[1])}: p50 {percentile(asks[0], 0.5):.2f} and", end=" ")
    print(f"{percentile(asks[1], 0.5):.2f} ms, p99 {p99[0]:.2f} and {p99[1]:.2f} ms")
    found = Report()
    found.add(Figure("an open browser, page and root", cost, "% of a core", at_most=3.0))
    found.add(Figure("levels that it gets", levels, "/s", at_least=9.0))
    found.add(Figure("ask with browsers, p99", p99[1], "ms", "without", p99[0], at_most=1.2))
    return found.finish()


if __name__ == "__main__":
    sys.exit(main())
