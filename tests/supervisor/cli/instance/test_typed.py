"""What is typed is read until the terminal is gone, and not while it belongs to others."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from supervisor.cli.instance.typed import is_in_background, typed_lines

pytestmark = pytest.mark.posix("terminals of POSIX")


@pytest.fixture
def terminal() -> Iterator[tuple[int, TextIO]]:
    import pty

    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stream:
        yield ours, stream
    os.close(ours)


def test_lines_are_read_until_the_input_ends(terminal: tuple[int, TextIO]) -> None:
    ours, stream = terminal
    os.write(ours, b"Hello\nand so on\n\x04")
    assert list(typed_lines(stream, threading.Event())) == ["Hello\n", "and so on\n"]


def test_a_terminal_that_is_gone_is_an_end(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stream:
        os.close(ours)
        assert list(typed_lines(stream, threading.Event())) == []


def test_nothing_is_read_when_it_is_over(terminal: tuple[int, TextIO]) -> None:
    over = threading.Event()
    over.set()
    assert list(typed_lines(terminal[1], over)) == []


def test_what_is_no_terminal_of_ours_is_not_said_to_be_anothers(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        assert not is_in_background(file.fileno())
