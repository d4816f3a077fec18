"""Runs many seeds in several processes, and shrinks and traces those that fail."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path

import msgspec

from supervisor.faults.plan import Fault
from supervisor.otp.messages import ROOT
from supervisor.simulation.run import Outcome, simulate
from supervisor.simulation.shrink import kind_of, shrunk

AHEAD = 4
"""Queued seeds for each process."""


class FailingSeed(msgspec.Struct, frozen=True):
    """faults: those that are needed for the failure.
    found: the violations.
    command: reproduces the run.
    trace: the folder of the run's trace, "" for none.
    """

    seed: int
    faults: tuple[Fault, ...]
    found: tuple[str, ...]
    command: str
    trace: str = ""


def run_seeds(seeds: Iterable[int], seconds: float, jobs: int = 1) -> Iterator[Outcome]:
    """Every seed's outcome, in the order of completion."""
    if jobs <= 1:
        yield from (simulate(seed, seconds) for seed in seeds)
        return
    left = iter(seeds)
    with ProcessPoolExecutor(min(jobs, os.cpu_count() or 1)) as pool:
        running: set[Future[Outcome]] = set()
        while True:
            running |= {pool.submit(simulate, n, seconds) for n in islice(left, AHEAD * jobs - len(running))}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def shrink(outcome: Outcome, trace: Path | None = None) -> FailingSeed:
    """Find the fewest faults with which a failing seed fails in the same way, and trace that run into a folder."""
    kinds = {kind_of(found) for found in outcome.found}

    def fails(faults: Sequence[Fault]) -> bool:
        return any(kind_of(found) in kinds for found in simulate(seed, length, faults).found)

    seed, length = outcome.seed, outcome.length
    faults = shrunk(outcome.faults, fails)
    final = traced(seed, length, faults, trace)
    where = str(trace / _run_of(seed)) if trace is not None else ""
    return FailingSeed(seed, faults, final.found, again(seed, length, faults), where)


def untouched(outcome: Outcome) -> FailingSeed:
    """A failing seed with all its faults."""
    command = again(outcome.seed, outcome.length, None)
    return FailingSeed(outcome.seed, outcome.faults, outcome.found, command)


def traced(seed: int, seconds: float, faults: Sequence[Fault] | None, folder: Path | None) -> Outcome:
    """A run whose every message is recorded in `folder`, as by a running Gerald."""
    if folder is None:
        return simulate(seed, seconds, faults)
    from supervisor.trace.write.recorder import Recorder

    recorder = Recorder(folder, ROOT, run=_run_of(seed), capacity=1_000_000)
    try:
        return simulate(seed, seconds, faults, recorder.append)
    finally:
        recorder.close(60.0)


def again(seed: int, seconds: float, faults: Sequence[Fault] | None) -> str:
    """The command that reproduces a run."""
    numbers = "all" if faults is None else ",".join(str(fault.number) for fault in faults) or "none"
    return f"supervisor simulate --seed {seed} --seconds {seconds:g} --faults {numbers}"


def _run_of(seed: int) -> str:
    return f"seed-{seed}"
