"""Mutation testing: would the tests fail if the code were wrong?

    python tools/mutation PART... [--count 80] [--survivors | --fresh]
    python tools/mutation --only ID [--count 80] PART

Runs the tests of a part on mutants of its code, in a copy of the tree. build/mutation/ has what was found so far,
and the next run goes on with it. Exit status 1 when a part is below its bar.
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kept
from mutants import Mutant, places_in, sample
from parts import PARTS, Part, source_files
from runs import Copy, Run, load_libraries, pick
from score import Score

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "mutation"
MOST = 400
CLEAN = 600.0
"""Seconds that the tests of a part may take without a mutation."""
BAR, BAR_AT_LEAST = 0.90, 0.85


@dataclass
class Session:
    """What was found of a part, in a file with a line for each mutant."""

    file: Path

    def found(self) -> dict[str, dict[str, Any]]:
        """The last result of each, by its id."""
        lines = self.file.read_text("utf-8").splitlines() if self.file.exists() else []
        return {entry["id"]: entry for entry in map(json.loads, lines)}

    def note(self, mutant: Mutant, run: Run) -> None:
        """Add a result."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        entry = {"id": mutant.id, "end": run.end, "by": run.failed, "seconds": round(run.seconds, 1)}
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def main(arguments: list[str]) -> int:
    """0 if every part reaches its bar."""
    parser = argparse.ArgumentParser(
        prog="make mutants", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument(
        "parts", nargs="+", choices=[*PARTS, "all"], metavar="PART", help=", ".join([*PARTS, "all"])
    )
    parser.add_argument(
        "--count", type=int, default=80, help=f"mutants of each part, at most {MOST} (default: 80)"
    )
    parser.add_argument("--survivors", action="store_true", help="try those again that survived")
    parser.add_argument("--fresh", action="store_true", help="forget what was found before")
    parser.add_argument("--only", metavar="ID", help="this mutant alone; shows it and what the tests say")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the copy goes and no test stays
    load_libraries()
    names = list(PARTS) if "all" in options.parts else options.parts
    return max([one(name, options) for name in names])


def one(name: str, options: argparse.Namespace) -> int:
    """Try the mutants of a part; 0 if it reaches the bar."""
    files = list(source_files(ROOT, PARTS[name]))
    mutants = sample(ROOT, files, min(options.count, MOST))
    if options.only:
        mutants = [mutant for mutant in mutants if mutant.id == options.only]
        if not mutants:
            raise SystemExit(f"{name} has no mutant {options.only} among the first {options.count}")
    session = Session(BUILD / f"{name}.jsonl")
    if options.fresh:
        session.file.unlink(missing_ok=True)
    with Copy(ROOT) as copy:
        try_all(name, mutants, session, copy, options)
    if options.only:
        return 0
    possible = sum(
        1 for path, within in files for _ in places_in(path, (ROOT / path).read_text("utf-8"), within)
    )
    return report(name, mutants, session, possible)


def try_all(
    name: str, mutants: list[Mutant], session: Session, copy: Copy, options: argparse.Namespace
) -> None:
    """Run the tests on each mutant of which nothing is known yet."""
    clean = clean_run(copy, PARTS[name], [path for path, _ in source_files(ROOT, PARTS[name])])
    found = session.found()
    for mutant in mutants:
        known = found.get(mutant.id)
        if options.only or known is None or (options.survivors and known["end"] == "passed"):
            run = tried(copy, clean, mutant)
            session.note(mutant, run)
            end = "SURVIVED" if run.end == "passed" else "killed"
            print(f"{mutant.id} {end} {run.seconds:.1f} s {run.failed}", flush=True)
            if options.only:
                print(shown(mutant), copy.output.read_text("utf-8"), sep="\n")


def clean_run(copy: Copy, part: Part, files: list[str]) -> Run:
    """The tests without a mutation: twice, first to see which test runs which lines, then by name as the mutants do."""
    first = copy.run(part.tests, CLEAN, per_test=120, measured=files)
    second = copy.run(list(first.tests), CLEAN, per_test=120)
    for run in (first, second):
        if run.end != "passed":
            print(copy.output.read_text("utf-8"))
            raise SystemExit(f"without a mutation {run.failed or 'it'} fails")
    print(f"{len(first.tests)} tests, {second.seconds:.1f} s", flush=True)
    return first


def tried(copy: Copy, clean: Run, mutant: Mutant) -> Run:
    """The tests with the mutation. The limits of time are generous: machines are busy."""
    tests = pick(clean, mutant.path, mutant.line, mutant.lines)
    needed = [clean.tests[test] for test in tests]
    with copy.changed(mutant.path, mutant.code):
        return copy.run(tests, 30 + 5 * sum(needed), per_test=15 + 5 * max(needed, default=0))


def report(name: str, mutants: list[Mutant], session: Session, possible: int) -> int:
    """Print and keep what was found; 0 if the part reaches the bar."""
    found, reasons = session.found(), kept.argued(ROOT)
    alive = [mutant for mutant in mutants if found[mutant.id]["end"] == "passed"]
    open_ones = [mutant for mutant in alive if kept.key(mutant) not in reasons]
    late = sum(found[mutant.id]["end"] == "late" for mutant in mutants)
    score = Score(len(mutants) - len(alive), len(alive) - len(open_ones), len(open_ones))
    print("\n".join(shown(mutant) for mutant in open_ones))
    said = f"{score.share:.1%}, at least {score.at_least:.1%}"
    print(f"{name}: {score.killed} of {score.counted} killed ({said}), {score.argued} argued")
    kept.keep(ROOT, name, score, late=late, possible=possible)
    return int(score.share < BAR or score.at_least < BAR_AT_LEAST)


def shown(mutant: Mutant) -> str:
    """The mutant as a difference."""
    return "\n".join(_lines_of(mutant))


def _lines_of(mutant: Mutant) -> Iterator[str]:
    yield f"\n{mutant.id} {mutant.path}:{mutant.line} {mutant.within} ({mutant.operator})"
    yield from (f"  - {line.strip()}" for line in mutant.was.split("\n"))
    yield from (f"  + {line.strip()}" for line in mutant.becomes.split("\n"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
