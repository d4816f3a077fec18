"""When something is to happen, as people say it: tomorrow, on Friday, on 3 May, in two weeks. Pure; days are UTC's."""

import re
from datetime import UTC, datetime, timedelta

DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "january february march april may june july august september october november december".split()
_NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_NUMBERS |= {"a": 1, "an": 1, "a couple of": 2}
_SPANS = {"day": 1, "week": 7, "month": 30}

_WORD = re.compile(r"\b(today|tonight|tomorrow)\b")
_WEEKDAY = re.compile(rf"\b(next )?({'|'.join(DAYS)})s?\b")
_WEEKLY = re.compile(rf"\b(?:every (?:{'|'.join(DAYS)})|(?:{'|'.join(DAYS)})s)\b")
_IN = re.compile(r"\bin (\d{1,2}|a couple of|an?|" + "|".join(_NUMBERS) + r") (day|week|month)s?\b")
_DATE = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({'|'.join(MONTHS)})|({'|'.join(MONTHS)}) (\d{{1,2}}))\b"
)
_NEXT = re.compile(r"\b(?:next|this|the coming) (week|weekend|month)\b")
_AHEAD = {"week": 7, "weekend": 6, "month": 30}


def day_meant(text: str, now: float) -> float:
    """The day (epoch seconds of its noon) that `text`, in lower case, speaks of and that is to come; 0.0 for none."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    day = _meant(text, today)
    return day.timestamp() if day is not None else 0.0


def day_name(at: float) -> str:
    """A day as it is said: "Friday 3 May"."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{DAYS[day.weekday()].title()} {day.day} {MONTHS[day.month - 1].title()}"


def _meant(text: str, today: datetime) -> datetime | None:
    if _WEEKLY.search(text):
        return None
    if found := _WORD.search(text):
        return today + timedelta(days=found[1] == "tomorrow")
    if found := _WEEKDAY.search(text):
        ahead = (DAYS.index(found[2]) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead)
    if found := _IN.search(text):
        number = int(found[1]) if found[1].isdigit() else _NUMBERS[found[1]]
        return today + timedelta(days=number * _SPANS[found[2]])
    if found := _NEXT.search(text):
        return today + timedelta(days=_AHEAD[found[1]])
    return _date(text, today)


def _date(text: str, today: datetime) -> datetime | None:
    found = _DATE.search(text)
    if not found:
        return None
    day, month = int(found[1] or found[4]), MONTHS.index(found[2] or found[3]) + 1
    try:
        meant = today.replace(month=month, day=day)
        return meant if meant >= today else meant.replace(year=today.year + 1)
    except ValueError:
        return None  # 31 June, and 29 February in most years
