"""Whether the configuration can be read and is right."""

from config.syntax.problem import Problem
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

MOST = 8
"""Findings that are listed."""


def gather(subject: Subject) -> tuple[Problem, ...]:
    """Everything that was found when it was read."""
    return subject.problems


def judge(problems: tuple[Problem, ...]) -> Findings:
    """An error is a problem; a warning and a note are notes. What a value is, is not said: it may be a name."""
    worst = sorted(problems, key=lambda one: one.severity != "error")
    if not worst:
        return (ok("can be read, and has no error"),)
    more = (note(f"and {len(worst) - MOST} more", "`supervisor config check` lists all"),)
    return (*map(_finding, worst[:MOST]), *(more if len(worst) > MOST else ()))


def _finding(one: Problem) -> Finding:
    seen = ": ".join(part for part in (one.location, one.key, one.message) if part)
    if one.severity != "error":
        return note(seen, one.hint)
    return problem(seen, one.hint or "`supervisor config check` shows the line")
