"""Parses and prints times as people write them: `21:15`, `10m`, `2026-11-23T21:15`."""

import re
from datetime import datetime, timedelta

_AGO = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_time(text: str, end: float) -> float:
    """Epoch seconds of `text`, for a trace that ends at `end`. Raises ValueError.

    `90s`, `10m`, `2h`, `1d`: before `end`. `21:15`, `21:15:30`: the last such local time before `end`.
    ISO 8601: that time, local without a zone.
    """
    text = text.strip()
    if match := _AGO.fullmatch(text):
        return end - float(match[1]) * _SECONDS[match[2]]
    if match := _CLOCK.fullmatch(text):
        return _clock(int(match[1]), int(match[2]), float(match[3] or 0.0), end)
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time: write 21:15, 21:15:30, 10m (before the trace's end) or 2026-11-23T21:15"
        ) from None


def clock_time(wall: float) -> str:
    """The local time of epoch seconds, to the millisecond."""
    return datetime.fromtimestamp(wall).strftime("%H:%M:%S.%f")[:-3]


def _clock(hour: int, minute: int, second: float, end: float) -> float:
    if hour > 23 or minute > 59 or second >= 60:
        raise ValueError(f"there is no time {hour}:{minute:02}")
    last = datetime.fromtimestamp(end)
    at = last.replace(hour=hour, minute=minute, second=int(second), microsecond=int(second % 1 * 1e6))
    return (at if at <= last else at - timedelta(days=1)).timestamp()
