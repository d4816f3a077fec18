"""Runs checks side by side: one that hangs or fails costs nothing but its own line."""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from supervisor.doctor.apart import LookFailed
from supervisor.doctor.finding import Finding, Findings, Severity, note
from supervisor.doctor.subject import Subject

LOOK_EVERY = 0.1
"""Seconds between two reports of progress."""
Facts = TypeVar("Facts")
Watch = Callable[[Sequence[str]], None]
"""Is told again and again which checks are not done yet, by their titles."""


@dataclass(frozen=True, slots=True)
class Check(Generic[Facts]):
    """gather: looks at the machine, and may take `within` seconds. judge: a pure function of what was found.

    name: stays the same in every version; title: for people."""

    name: str
    title: str
    gather: Callable[[Subject], Facts]
    judge: Callable[[Facts], Findings]
    within: float = 10.0

    def findings(self, subject: Subject) -> Findings:
        """Whatever goes wrong with looking is a finding too."""
        try:
            return self.judge(self.gather(subject))
        except LookFailed as failed:
            return (note(f"could not be looked at: {failed}"),)
        except BaseException as error:  # also SystemExit: what a check uses may want to end the program
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            return (note(f"could not be looked at ({what})"),)


class Result(msgspec.Struct, frozen=True):
    """What one check found. seconds: how long it took."""

    name: str
    title: str
    findings: Findings
    seconds: float


class Report(msgspec.Struct, frozen=True):
    """Every check's result, in the order of the checks. hung: the names of those that still run."""

    results: tuple[Result, ...]
    hung: tuple[str, ...] = ()

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all checks."""
        return tuple(finding for result in self.results for finding in result.findings)


def examine(checks: Sequence[Check[object]], subject: Subject, watch: Watch = lambda waiting: None) -> Report:
    """Every check at the same time, each on a thread of its own. A hung one is left behind: end the process by
    os._exit."""
    done: queue.SimpleQueue[tuple[int, Findings]] = queue.SimpleQueue()
    begun = time.monotonic()
    for number, check in enumerate(checks):
        threading.Thread(
            target=lambda number=number, check=check: done.put((number, check.findings(subject))),
            name=f"doctor: {check.name}",
            daemon=True,
        ).start()
    found: dict[int, Result] = {}
    while len(found) < len(checks):
        passed = time.monotonic() - begun
        late = [n for n, check in enumerate(checks) if n not in found and passed >= check.within]
        if len(late) == len(checks) - len(found):
            break
        watch([check.title for n, check in enumerate(checks) if n not in found])
        try:
            number, findings = done.get(timeout=LOOK_EVERY)
        except queue.Empty:
            continue
        check = checks[number]
        found[number] = Result(check.name, check.title, findings, round(time.monotonic() - begun, 3))
    hung = tuple(check.name for n, check in enumerate(checks) if n not in found)
    return Report(tuple(found.get(n) or _hung(check) for n, check in enumerate(checks)), hung)


def _hung(check: Check[object]) -> Result:
    said = note(f"could not be looked at: no answer within {check.within:g} s")
    return Result(check.name, check.title, (said,), check.within)
