"""Live reload: from the end of a save to the last actor that uses what was saved.

`python benchmarks/reload.py [--saves 200] [--json]`. Exits 1 when a bar is missed: p50 at most 250 ms, p99 at most
700 ms, no save missed, nothing torn ever in force. A whole Gerald runs, text only, with scripted replies; the file is
saved in five styles in turn (replaced, truncated, written in slow chunks, saved and touched, saved twice).
There is no peer: none of the libraries in benchmarks/configuration.py applies a file as a transaction.
"""

import argparse
import json
import os
import queue
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.protocol.reconfigure import SectionsTaken
from actors.kernel.record import Handled, Record
from benchmarks._report import Figure, Report
from config.home import Home
from config.layers.source import ConfigSource
from supervisor.runtime.runtime import Runtime

P50, P99 = 0.250, 0.700
CONCERNED = {"conversation", "llm"}
TEXT = """llm: {{mock_responses: true}}
osc: {{input_port: 0}}
trace: {{enabled: false}}
bot:
  speaking_style: "style {number}"
  personality: "{filling}"
"""


def replaced(file: Path, text: str) -> None:
    other = file.with_name(".swp")
    other.write_text(text, encoding="utf-8")
    os.replace(other, file)


def truncated(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def in_chunks(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as opened:
        for at in range(0, len(text), 256):
            opened.write(text[at : at + 256])
            opened.flush()
            time.sleep(0.015)


def touched(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    os.utime(file)


def twice(file: Path, text: str) -> None:
    file.write_text(text.replace("personality", "persnality"), encoding="utf-8")
    file.write_text(text, encoding="utf-8")


STYLES: tuple[Callable[[Path, str], None], ...] = (replaced, truncated, in_chunks, touched, twice)


class Bench:
    """A running Gerald, with news of every actor that has adopted sections."""

    def __init__(self, folder: Path) -> None:
        self.taken: queue.SimpleQueue[tuple[str, int, float]] = queue.SimpleQueue()
        self.home = Home(folder)
        self.home.config_file.parent.mkdir(parents=True)
        self.home.config_file.write_text(text_of(0), encoding="utf-8")
        source = ConfigSource(self.home)
        result = source.read().result
        assert result is not None
        self.system = Runtime(result.require(), folder, text=True, source=source, also=self._note)
        self.system.start()
        assert self.system.wait_ready(30.0)

    def _note(self, record: Record) -> None:
        if isinstance(record, Handled) and isinstance(record.envelope.message, SectionsTaken):
            self.taken.put((record.envelope.sender, record.envelope.message.version, time.perf_counter()))

    def save(self, number: int) -> float | None:
        """Seconds until all actors have it; None if it was missed."""
        before = self.system.configuration_store.version
        STYLES[number % len(STYLES)](self.home.config_file, text_of(number))
        saved, waiting = time.perf_counter(), set(CONCERNED)
        try:
            while waiting:
                address, version, at = self.taken.get(timeout=5.0)
                if version > before:
                    waiting.discard(address)
        except queue.Empty:
            return None
        return at - saved

    def is_whole(self, number: int) -> bool:
        bot = self.system.config.bot
        return (bot.speaking_style, len(bot.personality)) == (f"style {number}", 2000)


def text_of(number: int) -> str:
    return TEXT.format(number=number, filling=chr(ord("a") + number % 26) * 2000)


def measure(saves: int) -> dict[str, Any]:
    times: list[float] = []
    missed = torn = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        try:
            for number in range(1, saves + 1):
                took = bench.save(number)
                missed += took is None
                torn += not bench.is_whole(number)
                times += [took] if took is not None else []
            versions = bench.system.configuration_store.version - 1
        finally:
            bench.system.stop()
    cuts = statistics.quantiles(times, n=100)
    return {
        "saves": saves,
        "p50_ms": statistics.median(times) * 1000,
        "p99_ms": cuts[98] * 1000,
        "worst_ms": max(times) * 1000,
        "missed": missed,
        "torn": torn + max(0, versions - saves),
    }


def main() -> int:
    """0 when every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.saves)
    report = Report()
    report.add(Figure("save to use, median", found["p50_ms"], "ms", at_most=P50 * 1000))
    report.add(Figure("save to use, p99", found["p99_ms"], "ms", at_most=P99 * 1000))
    report.add(Figure("saves missed", found["missed"], at_most=0))
    report.add(Figure("saves torn", found["torn"], at_most=0))
    if options.json:
        print(json.dumps(found))
    else:
        print(f"{found['saves']} saves in five styles, until the last actor uses what was saved")
        print(f"  p50 {found['p50_ms']:7.1f} ms   bar {P50 * 1000:g} ms")
        print(f"  p99 {found['p99_ms']:7.1f} ms   bar {P99 * 1000:g} ms   worst {found['worst_ms']:.1f} ms")
        print(f"  missed {found['missed']}, torn {found['torn']}")
    return report.finish(quiet=options.json)


if __name__ == "__main__":
    sys.exit(main())
