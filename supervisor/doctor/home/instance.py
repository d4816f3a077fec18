"""Whether Gerald runs in this home, and what its actors complain about."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.format import clock
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.running import Running
from supervisor.doctor.subject import Subject

START = "; start one with `supervisor run`"
_NOT_WELL = ("DOWN", "DEGRADED")


def gather(subject: Subject) -> Running:
    """What the instance said before the checks began."""
    return subject.running


def judge(running: Running) -> Findings:
    """An actor that is DOWN or DEGRADED is a problem, in its own words."""
    if not running.is_there:
        return (note(running.why.removesuffix(START), "start one with `supervisor run`"),)
    if not running.status:
        return (problem(running.why, "`supervisor stop`; if that does not help, end that process"),)
    return (_life(running), *_complaints(running.status))


def _life(running: Running) -> Finding:
    status = running.status
    up = clock(running.age)
    if status.get("safe"):
        return note(
            f"process {running.pid}, up {up}, started with --safe", "`supervisor run` starts everything"
        )
    if not status.get("ready"):
        return problem(
            f"process {running.pid}, up {up}, is not ready", "`supervisor status` says what it waits for"
        )
    return ok(f"READY, process {running.pid}, up {up}")


def _complaints(status: Mapping[str, Any]) -> Iterator[Finding]:
    for row in status.get("actors", ()):
        # A supervisor is as its actors are.
        if row["kind"] != "actor" or row["state"] == "disabled" or row["health"] not in _NOT_WELL:
            continue
        said = f"{row['address']} is {row['health']}: {row['reason'] or row['last_error'] or 'it does not say why'}"
        yield problem(said, row["remedy"] or "`supervisor trace show --failed` says what went wrong")
