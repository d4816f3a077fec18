"""Draws problems for people: the place, what is wrong and what to do, then the line itself with a caret below it."""

import unicodedata
from collections.abc import Iterable, Sequence
from io import StringIO

from config.format import count
from config.syntax.mask import printable
from config.syntax.problem import Problem

_WIDEST = 110
_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def render(problems: Sequence[Problem], *, colour: bool = False) -> str:
    """Every problem, one after the other, each ending in a line break; with `colour`, ANSI escapes for a terminal."""
    if colour:
        return _coloured(problems)
    return "".join("\n".join([str(problem), *excerpt(problem)]) + "\n" for problem in problems)


def excerpt(problem: Problem) -> list[str]:
    """The line that the problem stands in, cut around the caret, and the caret; nothing if it has no line."""
    if not problem.excerpt.strip() or not problem.caret:
        return []
    text = printable(problem.excerpt)
    start = max(0, problem.caret - 1 - _WIDEST // 2) if len(text) > _WIDEST else 0
    text = text[start : start + _WIDEST].rstrip()
    at = problem.caret - 1 - start
    number = str(problem.line) if problem.line else ""
    width = min(problem.width, max(1, len(text) - at))
    carets = "^" * _cells(text[at : at + width].ljust(width))
    return [f"{number:>5} | {text}", f"{'':>5} | {' ' * _cells(text[:at].ljust(at))}{carets}"]


def summary(problems: Iterable[Problem]) -> str:
    """How many of each kind there are, in one line."""
    counts = {"error": 0, "warning": 0, "note": 0}
    for problem in problems:
        counts[problem.severity] += 1
    words = [count(number, kind) for kind, number in counts.items() if number]
    return ", ".join(words) or "no errors"


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(bool(unicodedata.combining(character)) for character in text)


def _coloured(problems: Sequence[Problem]) -> str:
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=StringIO(), force_terminal=True, color_system="standard", legacy_windows=False, width=10_000
    )
    for problem in problems:
        style = _STYLES[problem.severity]
        line, drawn = Text(str(problem)), excerpt(problem)
        line.stylize("bold", 0, len(problem.location))
        line.highlight_words((problem.message,), style)
        console.print(
            line,
            *(Text(row, style="dim" if row is drawn[0] else style) for row in drawn),
            sep="\n",
            soft_wrap=True,
        )
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()
