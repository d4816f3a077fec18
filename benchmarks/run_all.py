"""Runs every benchmark, one after another, and ends with one table of their figures.

`python benchmarks/run_all.py [NAME ...]`, such as `run_all.py kernel state`. When a benchmark misses a bar or fails,
the others still run, and the exit status is 1. `--busy` runs those that measure a busy machine, beside processes of
their own that compute.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._report import REPORT_FILE, Figure, Finished, as_ratio, with_unit

FOLDER = Path(__file__).parent
BUSY = ("kernel",)
"""Those that also measure a busy machine."""


class Outcome(msgspec.Struct, frozen=True):
    """What one benchmark reported. failure: why it did not run to its end, "" if it did."""

    name: str
    figures: tuple[Figure, ...]
    failure: str = ""

    @property
    def good(self) -> bool:
        """Whether it ran to its end and met every bar."""
        return not self.failure and not any(figure.missed for figure in self.figures)


def benchmarks(folder: Path) -> list[Path]:
    """The benchmarks in a folder, by name."""
    return sorted(path for path in folder.glob("[a-z]*.py") if path.name != Path(__file__).name)


def run(file: Path, *options: str) -> Outcome:
    """Run one benchmark and pass on what it prints."""
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as folder:
        report = Path(folder) / "report.jsonl"
        # Its errors are passed on as they come, and the last line of them is kept as the reason.
        process = subprocess.Popen(
            [sys.executable, file, *options],
            env=os.environ | {REPORT_FILE: str(report)},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        last = ""
        for line in process.stderr:
            print(line, end="", file=sys.stderr, flush=True)
            last = line.strip() or last
        status = process.wait()
        lines = report.read_bytes().splitlines() if report.exists() else []
    reported = [msgspec.json.decode(line, type=Figure | Finished) for line in lines]
    figures = tuple(item for item in reported if isinstance(item, Figure))
    if not any(isinstance(item, Finished) for item in reported):
        return Outcome(file.stem, figures, last or f"exit status {status}, and nothing reported")
    return Outcome(file.stem, figures)


def table(outcomes: Sequence[Outcome]) -> Table:
    """One row for each figure, and one for each benchmark that failed."""
    made = Table("benchmark", "figure", "ours", "peer", "ratio", "bar", "result")
    for outcome in outcomes:
        for row in _rows(outcome):
            made.add_row(*row)
        made.add_section()
    return made


def _rows(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    for figure in outcome.figures:
        peer = "" if figure.theirs is None else f"{with_unit(figure.theirs, figure.unit)} ({figure.peer})"
        ratio = "" if figure.ratio is None else as_ratio(figure.ratio)
        verdict = ("MISSED" if figure.missed else "met") if figure.bar else ""
        yield outcome.name, figure.name, with_unit(figure.ours, figure.unit), peer, ratio, figure.bar, verdict
    if outcome.failure:
        yield outcome.name, outcome.failure, "", "", "", "", "FAILED"


def run_all(files: Sequence[Path], console: Console, *options: str) -> int:
    """Run them in turn and print the table; 0 when all met their bars, else 1."""
    outcomes = []
    for file in files:
        console.print(f"== {file.name}", style="bold")
        outcomes.append(run(file, *options))
    console.print(table(outcomes))
    return 0 if all(outcome.good for outcome in outcomes) else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, or all."""
    there = {path.stem: path for path in benchmarks(FOLDER)}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(there)}; default: all")
    parser.add_argument("--busy", action="store_true", help=f"on a busy machine; default: {', '.join(BUSY)}")
    chosen = parser.parse_args(arguments)
    names = chosen.names or (BUSY if chosen.busy else ())
    if chosen.busy and (idle := [name for name in names if name not in BUSY]):
        parser.error(f"{', '.join(idle)} does not measure a busy machine; {', '.join(BUSY)} does")
    if unknown := [name for name in names if name not in there]:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    return run_all([there[name] for name in names or there], console, *(("--busy",) if chosen.busy else ()))


if __name__ == "__main__":
    sys.exit(main())
