"""How bytes, counts, durations and local times are shown to people, for all packages: config imports none of them."""

from datetime import datetime

LAST = 2.5e11
"""Epoch seconds, in the year 9892: beyond it there are no dates. A file from elsewhere may have any number."""


def size(amount: float) -> str:
    """Bytes, in units of 1,000: 999 B, 1.5 kB, 3.2 GB."""
    for unit in ("B", "kB", "MB"):
        if round(amount, 1) < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def count(number: int, what: str) -> str:
    """So many of something whose plural ends in s: 1 file, 2 files."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def age(seconds: float) -> str:
    """A span of time as a person says it, roughly: 3 days."""
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            return count(int(seconds // length), unit)
    return "a moment"


def clock(seconds: float) -> str:
    """A span of time in whole seconds: 1:02:03."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def moment(at: float, timespec: str = "seconds") -> str:
    """Epoch seconds as a date and a time, to the `timespec` of `datetime.isoformat`: 2026-01-05 12:30:00."""
    return datetime.fromtimestamp(at).isoformat(" ", timespec) if 0.0 <= at <= LAST else "an unknown time"


def time_of_day(at: float, timespec: str = "milliseconds") -> str:
    """The same without the date: 12:30:00.250."""
    return datetime.fromtimestamp(at).time().isoformat(timespec) if 0.0 <= at <= LAST else "unknown"
