"""The core of `supervisor config check`: reads and validates a home's configuration; no changes, no output."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from config.home import Home
from config.layers.layers import load_config
from config.syntax.errors import LoadError
from config.syntax.problem import Problem
from config.syntax.render import render, summary
from config.validation.cross_checks import Probe

GOOD, ERRORS, UNREADABLE = 0, 1, 2


class ConfigReport(NamedTuple):
    """The exit code (0 good, 1 errors, 2 unreadable), the text for people, and the problems as plain data for tools."""

    exit_code: int
    text: str
    data: tuple[dict[str, str | int], ...]


def check(
    home: Home,
    profile: str | None = None,
    overrides: Sequence[str] = (),
    *,
    environ: Mapping[str, str],
    probes: Sequence[Probe] = (),
    colour: bool = False,
) -> ConfigReport:
    """All problems of a home's configuration. Never raises for the content of its files."""
    try:
        result = load_config(home, profile=profile, overrides=overrides, environ=environ, probes=probes)
    except LoadError as error:
        return _report(UNREADABLE, error.problems, colour)
    return _report(GOOD if result.valid else ERRORS, result.problems, colour)


def _report(exit_code: int, problems: Sequence[Problem], colour: bool) -> ConfigReport:
    text = f"{render(problems, colour=colour)}configuration: {summary(problems)}\n"
    return ConfigReport(exit_code, text, tuple(problem.as_data() for problem in problems))
