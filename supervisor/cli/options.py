"""What several commands share: the home's option, exit codes, and how a refusal is said."""

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from config.home import Home, find_home
from supervisor.exit_status import ALREADY_RUNNING, FAILED, GAVE_UP, NO_INSTANCE, UNREADABLE

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "ALREADY_RUNNING",
    "FAILED",
    "GAVE_UP",
    "NO_INSTANCE",
    "UNREADABLE",
    "WIDE",
    "fail",
    "in_home",
    "json_option",
    "print_json",
    "wide_console",
    "yes_option",
]

WIDE = 240
"""Columns of a table that nobody sees on a terminal."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", is_flag=True, help="Skip the question.")


def in_home(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command its Home as first argument; --home may stand before or after the command's name."""

    @click.option("--home", "home_path", type=click.Path(path_type=Path), help="Folder of the instance.")
    @click.pass_obj  # type: ignore[arg-type]  # wraps() hides the signature from the type checker
    @functools.wraps(command)
    def wrapped(home: Home, home_path: Path | None, **options: Any) -> Any:
        return command(find_home(home_path, os.environ) if home_path else home, **options)

    return wrapped


def wide_console() -> "Console":
    """For tables: as wide as the terminal, and in a file or pipe as wide as they need."""
    from rich.console import Console

    console = Console(emoji=False, highlight=False)
    return console if console.is_terminal else Console(emoji=False, highlight=False, width=WIDE)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def fail(code: int, line: str) -> NoReturn:
    """Say one line on standard error and exit."""
    click.echo(line, err=True)
    sys.exit(code)
