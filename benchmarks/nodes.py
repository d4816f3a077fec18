"""A pinned actor beside Ray's and xoscar's: tell and ask to another process, accounting over its death included.

`python benchmarks/nodes.py [--rounds 3] [--asks 2000] [--json]`. Exits 1 when a bar is missed: tell at least 20 times
Ray's rate and 5 times xoscar's; the median ask at most a sixth of Ray's time and 1/2.5 of xoscar's.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._peers import PATIENCE, Pinned, install_peers, peer
from benchmarks._report import Figure, Report

FIGURES = ("ask_p50", "ask_p99", "tell")


def ours(count: int) -> dict[str, float]:
    """The measurements of the peers' scripts, for Gerald's pinned actor."""
    pinned = Pinned("benchmarks._actors:Echo")
    pinned.launch()
    pinned.ready.get(timeout=PATIENCE)
    figures = pinned.measure(count)
    pinned.end()
    return figures


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--asks", type=int, default=2000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    install_peers()
    found: dict[str, list[dict[str, float]]] = {"ours": [], "ray": [], "xoscar": []}
    for _ in range(options.rounds):
        found["ours"].append(ours(options.asks))
        found["xoscar"].append(peer("xoscar_peer.py", "nodes", options.asks))
        found["ray"].append(peer("ray_peer.py", "nodes", options.asks))
    medians = {
        who: {f: statistics.median(row[f] for row in rows) for f in FIGURES} for who, rows in found.items()
    }
    mine = medians["ours"]
    report = Report()
    for who, tells, asks in (("ray", 20.0, 6.0), ("xoscar", 5.0, 2.5)):
        theirs = medians[who]
        report.add(Figure("tell", mine["tell"], "/s", who, theirs["tell"], at_least=tells))
        report.add(Figure("ask, median", mine["ask_p50"], "us", who, theirs["ask_p50"], at_most=1 / asks))
    if options.json:
        print(json.dumps({"medians": medians, "missed": report.missed}))
        return report.finish(quiet=True)
    print(f"{'':10} {'tell':>12} {'ask p50':>10} {'ask p99':>10}")
    for who, row in medians.items():
        print(
            f"{who:10} {row['tell']:>10,.0f}/s {row['ask_p50']:>7,.0f} us {row['ask_p99']:>7,.0f} us", end=""
        )
        if who != "ours":
            tell, ask = mine["tell"] / row["tell"], row["ask_p50"] / mine["ask_p50"]
            print(f"   ours: tell {tell:.1f}x, ask 1/{ask:.1f}", end="")
        print()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
