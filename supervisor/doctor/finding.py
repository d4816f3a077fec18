"""What a check says: how bad it is, what was seen, and what to do about it."""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """OK: as it should be. NOTE: worth knowing, and Gerald runs with it. PROBLEM: something does not work."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True):
    """One line of the report. remedy: what the owner can do; "" for nothing."""

    severity: Severity
    seen: str
    remedy: str = ""


Findings = tuple[Finding, ...]


def ok(seen: str) -> Finding:
    """All is well."""
    return Finding(Severity.OK, seen)


def note(seen: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Severity.NOTE, seen, remedy)


def problem(seen: str, remedy: str) -> Finding:
    """Something does not work; there is always something to do about it."""
    return Finding(Severity.PROBLEM, seen, remedy)
