"""Errors of the configuration are problems, with their places; values are not repeated."""

from config.syntax.problem import Problem
from supervisor.doctor.home.configuration import MOST, judge
from tests.supervisor.doctor.conftest import said, worst

ERROR = Problem(
    "error", "must be a number", "llm.temperature", "llm", "file", "config.yaml", 3, 5, "Write 0.7."
)


def test_an_error_is_a_problem_with_its_place() -> None:
    warning = Problem("warning", "nothing uses it yet", "vrchat.api_enabled")
    found = judge((warning, ERROR))
    assert said(found) == [
        "problem: config.yaml:3:5: llm.temperature: must be a number",
        "note: vrchat.api_enabled: nothing uses it yet",
    ]
    assert found[0].remedy == "Write 0.7."


def test_of_many_the_first_are_shown() -> None:
    found = judge((ERROR,) * (MOST + 3))
    assert len(found) == MOST + 1
    assert found[-1].seen == "and 3 more"


def test_none_is_well() -> None:
    assert worst(judge(())) == "ok"
