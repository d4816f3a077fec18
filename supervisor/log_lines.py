"""Reads the log from its end: the newest lines of a level that contain some words, without reading the whole."""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
BLOCK = 64 << 10
MOST_READ = 8 << 20
"""Bytes that are looked through at most."""
LONGEST = 4000
"""Characters of a line that are shown."""
FILES = 1000
_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) ([A-Z]+) +(.*)", re.DOTALL)


class LogLine(msgspec.Struct, frozen=True):
    """time: local, to the millisecond; "" for a line of another form, which counts as INFO."""

    time: str
    level: str
    text: str


class Found(msgspec.Struct, frozen=True):
    """The lines, the oldest first. looked_through: bytes. complete: there is nothing older to look through."""

    lines: tuple[LogLine, ...]
    looked_through: int
    complete: bool


def parsed(line: str) -> LogLine:
    """A line of the log (supervisor.logs.FORMAT)."""
    match = _LINE.fullmatch(line)
    if match is None or match[2] not in LEVELS:
        return LogLine("", "INFO", line[:LONGEST])
    return LogLine(match[1], match[2], match[3][:LONGEST])


def newest(file: Path, count: int, level: str = "DEBUG", words: str = "") -> Found:
    """The newest `count` lines of at least this level that contain `words`, in any case. Raises OSError for a log that
    cannot be read; one that is missing has no lines."""
    least, wanted = LEVELS.index(level), words.lower()
    budget = _Budget()
    lines = (parsed(line.decode("utf-8", "replace")) for line in _backwards(file, budget))
    fitting = (
        line
        for line in lines
        if LEVELS.index(line.level) >= least and wanted in f"{line.time} {line.level} {line.text}".lower()
    )
    found = tuple(islice(fitting, count))
    return Found(found[::-1], budget.read, len(found) < count and not budget.spent)


class _Budget:
    read = 0
    spent = False

    def take(self, size: int) -> bool:
        """Whether so many bytes may still be read."""
        self.spent = self.spent or self.read + size > MOST_READ
        self.read += 0 if self.spent else size
        return not self.spent


def _backwards(file: Path, budget: _Budget) -> Iterator[bytes]:
    """The lines of a log and of the rotated ones before it, the newest first."""
    for number in range(FILES):
        path = file if not number else file.with_name(f"{file.name}.{number}")
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return
        with open(descriptor, "rb") as opened:
            yield from _lines_of(opened.fileno(), budget)
        if budget.spent:
            return


def _lines_of(descriptor: int, budget: _Budget) -> Iterator[bytes]:
    at = os.fstat(descriptor).st_size
    rest = b""
    while at > 0:
        size = min(BLOCK, at)
        if not budget.take(size):
            return
        at -= size
        os.lseek(descriptor, at, os.SEEK_SET)
        lines = (os.read(descriptor, size) + rest).split(b"\n")
        rest = lines[0][-4 * LONGEST :] if len(lines) == 1 else lines[0]
        yield from (line for line in reversed(lines[1:]) if line)
    if rest:
        yield rest
