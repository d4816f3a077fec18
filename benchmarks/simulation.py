"""How fast the simulator is: the full tree with calm people and no faults, some twenty messages a simulated second.

`python benchmarks/simulation.py [--seconds 600] [--runs 5] [--json]`. Exits 1 when a bar is missed: 20,000 handled
messages per processor second in the best run, so that other programs on the machine count less.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._report import Figure, Report
from supervisor.simulation.run import simulate

LEAST = 20_000


def main() -> int:
    """0 when the bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="simulated seconds of each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    simulate(0, 5.0, (), calm=True)  # imports, and what is made once
    best, times, rate = 0.0, 0.0, 0.0
    for seed in range(options.runs):
        begun = time.process_time()
        outcome = simulate(seed, options.seconds, (), calm=True)
        took = time.process_time() - begun
        assert outcome.passed, outcome.found
        if outcome.handled / took > best:
            best, times = outcome.handled / took, outcome.seconds / took
            rate = outcome.handled / outcome.seconds
    report = Report()
    report.add(Figure("handled messages", best, "/s", at_least=LEAST))
    report.add(Figure("times real time", times))
    if options.json:
        print(
            json.dumps({"handled_per_second": best, "times_real_time": times, "per_simulated_second": rate})
        )
    else:
        print(f"{best:,.0f} handled messages a second (bar: {LEAST:,}), {times:,.0f} times real time,")
        print(f"at {rate:.1f} messages a simulated second")
    return report.finish(quiet=options.json)


if __name__ == "__main__":
    sys.exit(main())
