"""Configuration: how fast three layers become one valid, frozen Config.

`python benchmarks/configuration.py [--rounds 7] [--loads 100] [--json]`. Exits 1 when a bar is missed: reading at most
1.5 times PyYAML's C loader with pydantic, 1/4 of pydantic-settings, 1/15 of dynaconf and of OmegaConf.

A load is what a hot reload does: find the layers, read and decode config.yaml and the profile, parse them with the
place of every value, merge them over defaults.yaml, replace references, validate, cross-check, and ask whether the
files that are named exist. The package's defaults.yaml is parsed once in a process and kept; "defaults anew" parses it
in every load too, as each peer does. Every figure is the median of warm loads.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._peers import install_peers, peer, verdict
from config.home import PACKAGE, Home
from config.layers.layers import layers
from config.schema import Config

# Ours is at most this part of the peer's time.
BARS = {"PyYAML + pydantic": 1.5, "pydantic-settings": 1 / 4, "dynaconf": 1 / 15, "omegaconf": 1 / 15}
KEYS = 61
# config.yaml holds the first 61 keys of defaults.yaml, with their comments.
REST = "# Limits that trade speed"


@dataclass
class Part:
    """What one part found: figures for tools, lines for people, and the bars that were missed."""

    figures: dict[str, Any]
    lines: list[str]
    missed: list[str] = field(default_factory=list)


def prepare(folder: Path) -> tuple[Home, list[Path]]:
    """A home whose three layers differ, and their files in rising priority."""
    home, defaults = Home(folder), PACKAGE / "defaults.yaml"
    home.profiles.mkdir(parents=True)
    text = defaults.read_text(encoding="utf-8")
    chosen = text[: text.index(REST)].replace("name: Gerald", "name: Beside")
    assert leaves(yaml.load(chosen, Loader=yaml.CSafeLoader)) == KEYS
    home.config_file.write_text(chosen, encoding="utf-8")
    profile = (PACKAGE / "profiles" / "production.yaml").read_text(encoding="utf-8")
    (home.profiles / "bench.yaml").write_text(
        profile.replace("cache_ttl: 300", "cache_ttl: 120"), encoding="utf-8"
    )
    return home, [defaults, home.profiles / "bench.yaml", home.config_file]


def leaves(value: Any) -> int:
    """How many keys hold a value that is no section."""
    return sum(leaves(item) for item in value.values()) if isinstance(value, dict) else 1


def bare(files: list[Path]) -> Config:
    """PyYAML's C loader and pydantic alone: no places, no references, no suggestions, no cross-checks."""
    merged: dict[str, Any] = {}
    for file in files:
        merged = over(merged, yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader))
    return Config.model_validate(merged)


def over(under: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    """One mapping laid over another."""
    merged = dict(under)
    for name, value in upper.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = over(merged[name], value) if both else value
    return merged


def median(load: Callable[[], object], count: int) -> float:
    """Milliseconds of the median of so many loads."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        load()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e3


def reading(rounds: int, loads: int) -> Part:
    """Three files beside the peers, who take turns."""
    found: dict[str, list[float]] = {who: [] for who in ("ours", "defaults anew", *BARS)}
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as folder:
        home, files = prepare(Path(folder))

        def ours() -> Config:
            result = layers.load_config(home, profile="bench", environ={})
            assert not result.problems
            return result.require()

        def anew() -> Config:
            layers._defaults.cache_clear()
            return ours()

        assert ours() == bare(files), "both must come to the same configuration"
        for _ in range(rounds):
            found["ours"].append(median(ours, loads))
            found["defaults anew"].append(median(anew, loads))
            found["PyYAML + pydantic"].append(median(lambda: bare(files), loads))
            for who in BARS:
                if who != "PyYAML + pydantic":
                    # A fifth as many: they are slow, and each warms up in a process of its own.
                    found[who].append(peer("config_peer.py", who, max(1, loads // 5), *files)["median"])
    return compare({who: statistics.median(times) for who, times in found.items()})


def compare(medians: dict[str, float]) -> Part:
    """Each peer beside ours, with its bar."""
    mine = medians["ours"]
    part = Part(
        {"reading_ms": medians},
        [
            f"reading {KEYS} keys in three layers",
            f"{'':20} {'median':>10} {'ours':>8} {'anew':>8} {'bar':>8}",
        ],
    )
    for who, took in medians.items():
        line = f"{who:20} {took:>7.2f} ms"
        if who in BARS:
            line += f" {ratio(mine / took)} {ratio(medians['defaults anew'] / took)} {ratio(BARS[who])}"
            if mine > BARS[who] * took:
                part.missed.append(
                    f"reading: {ratio(mine / took).strip()} of {who}, {ratio(BARS[who]).strip()} is wanted"
                )
        part.lines.append(line)
    return part


def ratio(value: float) -> str:
    """A ratio as people read it: 1.20x, 1/15.3."""
    return f"{value:>7.2f}x" if value > 0.5 else f"{f'1/{1 / value:.1f}':>8}"


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--loads", type=int, default=100)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    install_peers()
    parts = [reading(options.rounds, options.loads)]
    missed = [line for part in parts for line in part.missed]
    if options.json:
        figures = {name: value for part in parts for name, value in part.figures.items()}
        print(json.dumps({**figures, "missed": missed}))
        return 1 if missed else 0
    print("\n".join(line for part in parts for line in part.lines))
    return verdict(missed)


if __name__ == "__main__":
    sys.exit(main())
