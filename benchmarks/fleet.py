"""Ten Geralds on this machine that share one model, and people who talk with all of them.

`python benchmarks/fleet.py [--homes 10] [--seconds 90] [--pause 6] [--json]` makes a fleet of `--text` homes in a
folder of its own. In the first, alone, somebody talks; then in all at once, each with a person who says the next thing
`--pause` seconds after the last reply. Measured from outside: the time from a question to the end of its reply, and the
private memory (USS) of every process: launcher, instance, and by what the service grew for each further home.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._report import Figure, Report
from supervisor.control.client import stream
from supervisor.control.wire import RequestRefused
from supervisor.fleet.fleet import Fleet, Member, read
from supervisor.fleet.init import make
from supervisor.fleet.launch import find_launcher, status
from supervisor.fleet.operations import start_all, stop_all
from supervisor.fleet.usage import family, of_process
from supervisor.instance import NoInstance

SAID = (
    "Tell me something about the sea.",
    "I like otters. What do you like?",
    "What would you do on a rainy day?",
    "Do you know a good story?",
    "What do you think about music?",
    "Why is the sky blue?",
    "I have a dog, and his name is Bruno. What do dogs dream of?",
    "What should I cook tonight?",
    "Do you remember what my dog is called?",
    "What is the best thing about winter?",
)
SERVICE = "services:\n  - {name: models, actors: [llm.local], places: 2}\n"
FIRST_PORT = 21000
SETTLES = 3.0


class Talk(NamedTuple):
    """seconds: of each turn. missed: turns without a reply."""

    seconds: list[float]
    missed: int


class Memory(NamedTuple):
    """Private bytes: of the launcher, and of the instance with all that it started."""

    launcher: int
    instance: int

    @property
    def whole(self) -> int:
        return self.launcher + self.instance


def talk(home: Path, number: int, within: float, pause: float) -> Talk:
    """Say things for so many seconds, each `pause` seconds after the last reply; the first after a part of it."""
    seconds, missed = [], 0
    gate = threading.Event()
    gate.wait(pause * (number % 10) / 10)
    end, turn = time.monotonic() + within, 0
    while time.monotonic() < end:
        begun, outcome, turn = time.monotonic(), "", turn + 1
        try:
            words = SAID[(turn + number) % len(SAID)]
            for part in stream(home, {"do": "talk", "text": words, "as": f"Person {number}"}, 180.0):
                outcome = part.get("outcome", outcome)
        except (RequestRefused, NoInstance):
            pass
        if outcome == "said":
            seconds.append(time.monotonic() - begun)
        else:
            missed += 1
        gate.wait(pause)
    return Talk(seconds, missed)


def talk_to_all(members: Sequence[Member], within: float, pause: float) -> list[Talk]:
    """`talk` in all homes at once."""
    results: list[Talk | None] = [None] * len(members)

    def one(number: int) -> None:
        results[number] = talk(members[number].home, number, within, pause)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(members))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [result for result in results if result is not None]


def memory(member: Member) -> Memory:
    """What one home takes now."""
    found = status(member.home)
    assert found is not None, f"{member.name} does not answer"
    sizes = [int(of_process(process).get("private", 0)) for process in family(int(found["pid"]))]
    return Memory(sizes[0], sum(sizes[1:]))


def service_memory(fleet: Fleet) -> int:
    """What the service of the model takes now."""
    launcher = find_launcher(fleet.services[0].home)
    assert launcher is not None
    sizes = [of_process(process) for process in (launcher, *launcher.children(recursive=True))]
    return sum(int(size.get("private", 0)) for size in sizes)


def p95(seconds: Sequence[float]) -> float:
    """What 19 of 20 do not exceed."""
    return sorted(seconds)[min(len(seconds) - 1, int(0.95 * len(seconds)))]


def measure(fleet: Fleet, within: float, pause: float, report: Report, *, quiet: bool) -> None:
    """Start, talk, look, report."""
    never = threading.Event()

    def start(members: Sequence[Member]) -> None:
        for outcome in start_all(fleet, members, never, lambda _: None):
            assert outcome.well, f"{outcome.name}: {outcome.said}"

    first, others = fleet.members[:1], fleet.members[1:]
    start(first)
    (alone,) = talk_to_all(first, within / 3, min(pause, 1.0))
    time.sleep(SETTLES)
    service_of_one = service_memory(fleet)
    start(others)
    together = talk_to_all(fleet.members, within, pause)
    time.sleep(SETTLES)
    taken = [memory(member) for member in others]
    grown = (service_memory(fleet) - service_of_one) / max(1, len(others))
    answered = [len(one.seconds) for one in together]
    all_seconds = [second for one in together for second in one.seconds]
    tokens = [status(member.home, "metrics") or {} for member in fleet.members]
    generating = sum(one["turns"]["generating"] for one in tokens)
    further = statistics.fmean(one.whole for one in taken) + grown
    mb, homes = 1e6, len(fleet.members)
    for figure in (
        Figure("private memory of a further Gerald", further / mb, "MB", at_most=75.0),
        Figure("of which its launcher", statistics.fmean(one.launcher for one in taken) / mb, "MB"),
        Figure("of which the instance", statistics.fmean(one.instance for one in taken) / mb, "MB"),
        Figure("of which the shared service grew by", grown / mb, "MB"),
        Figure("private memory of the service with one home", service_of_one / mb, "MB"),
        Figure("p95 of a turn, alone", p95(alone.seconds), "s"),
        Figure(f"p95 of a turn, {homes} together", p95(all_seconds), "s", "one alone", p95(alone.seconds)),
        Figure("median of a turn, alone", statistics.median(alone.seconds), "s"),
        Figure(
            f"median of a turn, {homes} together",
            statistics.median(all_seconds),
            "s",
            "one alone",
            statistics.median(alone.seconds),
        ),
        Figure("fewest turns of a home", min(answered), "", "most", max(answered), at_least=0.5),
        Figure("turns without a reply", sum(one.missed for one in together), at_most=0.0),
        Figure(
            "tokens a second of one home, while it generates",
            sum(one["turns"]["tokens"] for one in tokens) / generating if generating else 0.0,
            "/s",
        ),
    ):
        report.add(figure)
        if not quiet:
            beside = f" (alone {figure.theirs:.3g})" if figure.theirs is not None else ""
            print(f"{figure.name}: {figure.ours:.3g} {figure.unit}{beside}", flush=True)
    if not quiet:
        print("turns by home:", answered)


def main() -> int:
    """0 when every bar is met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--homes", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--pause", type=float, default=6.0)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="gerald-fleet-") as folder:
        file = Path(folder) / "fleet.yaml"
        names = tuple(f"g{number:02}" for number in range(1, options.homes + 1))
        make(file, names, FIRST_PORT, silent=True, pages=False)
        file.write_text(file.read_text() + SERVICE)
        fleet = read(file)
        try:
            measure(fleet, options.seconds, options.pause, report, quiet=options.json)
        finally:
            for outcome in stop_all(fleet, fleet.members, lambda _: None):
                assert outcome.well, outcome.said
    if options.json:
        print(json.dumps([{"name": f.name, "ours": f.ours, "unit": f.unit} for f in report.figures]))
    return report.finish(quiet=options.json)


if __name__ == "__main__":
    sys.exit(main())
