"""Options, exit codes and output that several commands share."""

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from config.home import Home, find_home
from supervisor.cli.literal import lines
from supervisor.console import is_console
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 240
"""Columns of a table in a file or a pipe."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", is_flag=True, help="Skip the question.")


def in_home(command: Callable[..., Any]) -> Callable[..., Any]:
    """Pass the Home as first argument; --home may stand before or after the command's name."""

    @click.option("--home", "home_path", type=click.Path(path_type=Path), help="Folder of the instance.")
    @click.pass_obj  # type: ignore[arg-type]  # wraps() hides the signature from the type checker
    @functools.wraps(command)
    def wrapped(home: Home, home_path: Path | None, **options: Any) -> Any:
        return command(find_home(home_path, os.environ) if home_path else home, **options)

    return wrapped


def home_and_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """`in_home`, and --json as the argument `as_json`."""
    return json_option(in_home(command))


def wide_console() -> "Console":
    """A console for tables: as wide as the terminal; in a file or pipe as wide as they need."""
    from rich.console import Console

    console = Console(emoji=False, highlight=False)
    return console if console.is_terminal else Console(emoji=False, highlight=False, width=WIDE)


def confirm(question: str, refusal: str, *, yes: bool) -> None:
    """Ask on the terminal unless `yes`. Exits with 1 on a no, and with `refusal` where there is no terminal."""
    if not (yes or is_console(sys.stdin)):
        fail(FAILED, refusal)
    if not yes:
        click.confirm(lines(question), abort=True, err=True)


def print_json(value: Any) -> None:
    """Print one JSON document on a line, at once."""
    print(json_line(value), flush=True)


def json_line(value: Any, indent: int | None = None) -> str:
    """As JSON that standard output can write as it is: where that is not Unicode, with escapes of JSON's own."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") not in ("utf8", "utf16")
    return json.dumps(value, ensure_ascii=plain, default=str, indent=indent)


def fail(code: int, line: str) -> NoReturn:
    """Print `line` on standard error and exit with `code`."""
    click.echo(lines(line), err=True)
    sys.exit(code)
