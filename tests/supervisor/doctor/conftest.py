"""Homes to examine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.schema import Config
from supervisor.doctor.finding import Findings
from supervisor.doctor.subject import Subject

Make = Callable[..., Subject]


@pytest.fixture
def subject(tmp_path: Path) -> Make:
    """A subject in a home of its own; keywords that name sections are the configuration's, others the subject's."""

    def make(**given: Any) -> Subject:
        sections = {name: value for name, value in given.items() if name in Config.model_fields}
        others = {name: value for name, value in given.items() if name not in sections}
        return Subject(others.pop("home", Home(tmp_path)), Config.model_validate(sections), **others)

    return make


def said(findings: Findings) -> list[str]:
    """Each finding as `severity: seen`."""
    return [f"{one.severity}: {one.seen}" for one in findings]


def worst(findings: Findings) -> str:
    """The gravest severity of all."""
    order = ["ok", "note", "problem"]
    return max((str(one.severity) for one in findings), key=order.index)
