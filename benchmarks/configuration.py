"""Configuration: how fast three layers become one valid, frozen Config.

`python benchmarks/configuration.py [--rounds 7] [--loads 100] [--json]`. Exits 1 when a bar is missed: reading at most
1.5 times PyYAML's C loader with pydantic, 1/4 of pydantic-settings, 1/15 of dynaconf and of OmegaConf.

A load is what a hot reload does: find the layers, read and decode config.yaml and the profile, parse them with the
place of every value, merge them over defaults.yaml, replace references, validate, cross-check, and check that the
named files exist. A process parses the package's defaults.yaml once; "defaults anew" parses it in every load, as each
peer does. Every figure is the median of warm loads.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._peers import install_peers, peer
from benchmarks._report import Figure, Report, as_ratio
from config.home import PACKAGE, Home
from config.layers import layers
from config.schema import Config

# Ours is at most this part of the peer's time.
BARS = {"PyYAML + pydantic": 1.5, "pydantic-settings": 1 / 4, "dynaconf": 1 / 15, "omegaconf": 1 / 15}
KEYS = 61
# config.yaml holds the first 61 keys of defaults.yaml, with their comments.
REST = "# Limits that trade speed"


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
    """How many keys hold a value that is not a section."""
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
    """The median of `count` loads, in milliseconds."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        load()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e3


def reading(rounds: int, loads: int) -> dict[str, float]:
    """Milliseconds to read three files, for Gerald and the peers in turn."""
    found: dict[str, list[float]] = {who: [] for who in ("ours", "defaults anew", *BARS)}
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as folder:
        home, files = prepare(Path(folder))

        def ours() -> Config:
            result = layers.load_config(home, profile="bench", environ={})
            assert not result.problems
            return result.require()

        def with_defaults() -> Config:
            layers._defaults.cache_clear()
            return ours()

        assert ours() == bare(files), "both must come to the same configuration"
        for _ in range(rounds):
            found["ours"].append(median(ours, loads))
            found["defaults anew"].append(median(with_defaults, loads))
            found["PyYAML + pydantic"].append(median(lambda: bare(files), loads))
            for who in BARS:
                if who != "PyYAML + pydantic":
                    # A fifth as many: they are slow, and each warms up in a process of its own.
                    found[who].append(peer("config_peer.py", who, max(1, loads // 5), *files)["median"])
    return {who: statistics.median(times) for who, times in found.items()}


def show(medians: dict[str, float]) -> None:
    """Print each peer beside ours, with its bar."""
    print(f"reading {KEYS} keys in three layers")
    print(f"{'':20} {'median':>10} {'ours':>8} {'anew':>8} {'bar':>8}")
    for who, took in medians.items():
        line = f"{who:20} {took:>7.2f} ms"
        if who in BARS:
            ratios = (medians["ours"] / took, medians["defaults anew"] / took, BARS[who])
            line += "".join(f" {as_ratio(ratio):>8}" for ratio in ratios)
        print(line)


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
    medians = reading(options.rounds, options.loads)
    report = Report()
    for who, bar in BARS.items():
        report.add(Figure(f"reading {KEYS} keys", medians["ours"], "ms", who, medians[who], at_most=bar))
    if options.json:
        print(json.dumps({"reading_ms": medians, "missed": report.missed}))
        return report.finish(quiet=True)
    show(medians)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
