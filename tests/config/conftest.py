"""A home in a temporary folder, and places marked in a text."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from config.home import Home

Writer = Callable[..., Home]


class Marked(NamedTuple):
    """A text without its mark, and where the mark was, from 1."""

    text: str
    line: int
    column: int


@pytest.fixture
def write_home(tmp_path: Path) -> Writer:
    """Writes the files of a home: config.yaml, .env and profiles by name."""

    def write(config: str | bytes | None = None, env: str | None = None, **profiles: str) -> Home:
        home = Home(tmp_path)
        home.profiles.mkdir(parents=True, exist_ok=True)
        if config is not None:
            home.config_file.write_bytes(config.encode() if isinstance(config, str) else config)
        if env is not None:
            home.env_file.write_text(env, encoding="utf-8")
        for name, text in profiles.items():
            (home.profiles / f"{name}.yaml").write_text(text, encoding="utf-8")
        return home

    return write


@pytest.fixture
def unmark() -> Callable[[str], Marked]:
    """Takes the one mark `@@` out of a text."""

    def split(text: str) -> Marked:
        before, mark, after = text.partition("@@")
        assert mark, "the text has no mark"
        return Marked(before + after, before.count("\n") + 1, len(before) - before.rfind("\n"))

    return split
