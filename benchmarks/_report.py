"""Reports a benchmark's figures, each beside its peer and its bar, to people and to `run_all.py`."""

import math
import os
from pathlib import Path

import msgspec

REPORT_FILE = "GERALD_BENCHMARK_REPORT"
"""Environment variable: the file to which figures are appended, one JSON object on each line."""


class Figure(msgspec.Struct, frozen=True, omit_defaults=True, tag=True):
    """One measured figure.

    `at_least` and `at_most` limit ours / theirs where there is a peer, and ours where there is none. A figure without
    either has no bar, and is never missed.
    """

    name: str
    ours: float
    unit: str = ""
    peer: str = ""
    theirs: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """ours / theirs, or None without a peer."""
        if self.theirs is None:
            return None
        return self.ours / self.theirs if self.theirs else math.inf

    @property
    def missed(self) -> bool:
        """Whether the bar is missed."""
        value = self.ours if self.ratio is None else self.ratio
        low = self.at_least is not None and not value >= self.at_least
        return low or (self.at_most is not None and not value <= self.at_most)

    @property
    def bar(self) -> str:
        """The bar as people read it: `>= 4.00x`, `<= 1/6.0`, `<= 50 ms`, or nothing."""
        limits = ((">=", self.at_least), ("<=", self.at_most))
        return ", ".join(f"{sign} {self._limit(value)}" for sign, value in limits if value is not None)

    def __str__(self) -> str:
        found = (
            with_unit(self.ours, self.unit)
            if self.ratio is None
            else f"{as_ratio(self.ratio)} of {self.peer}"
        )
        return f"{self.name}: {found}" + (f", the bar is {self.bar}" if self.bar else "")

    def _limit(self, value: float) -> str:
        return with_unit(value, self.unit) if self.ratio is None else as_ratio(value)


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The last line of a benchmark that ran to its end."""


class Report:
    """The figures of one benchmark. Each is passed on at once, so that a later failure loses none."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def add(self, figure: Figure) -> None:
        """Report a figure. Raises ValueError if it is not a number, which no bar could judge."""
        if not math.isfinite(figure.ours) or not math.isfinite(figure.theirs or 0.0):
            raise ValueError(f"{figure.name} is not a number")
        self.figures.append(figure)
        _hand_on(figure)

    @property
    def missed(self) -> list[str]:
        """A line for each bar that was missed."""
        return [str(figure) for figure in self.figures if figure.missed]

    def finish(self, *, quiet: bool = False) -> int:
        """Print the missed bars, unless `quiet`; returns the exit status: 0 if every bar was met, else 1."""
        if not quiet:
            for line in self.missed:
                print(f"MISSED  {line}")
        _hand_on(Finished())
        return 1 if self.missed else 0


def as_ratio(value: float) -> str:
    """A ratio as people read it: 1.20x, 1/15.3."""
    return f"{value:.2f}x" if value > 0.5 or value == 0 else f"1/{1 / value:.1f}"


def with_unit(value: float, unit: str) -> str:
    """A number with three significant digits, or all before the point: 0.452 ms, 8.13 ms, 19,200 /s."""
    digits = 0 if value == int(value) else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f} {unit}".rstrip()


def _hand_on(line: Figure | Finished) -> None:
    if path := os.environ.get(REPORT_FILE):
        with Path(path).open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")
