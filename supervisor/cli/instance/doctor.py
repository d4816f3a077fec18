"""`supervisor doctor`: looks at everything an owner can get wrong, and says what to do about it."""

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import click

from config.format import count
from config.home import Home
from supervisor.cli.options import home_and_json, print_json
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from rich.console import Console

    from config.layers.source import Reading
    from supervisor.doctor.examination import Report
    from supervisor.doctor.subject import Subject

WIDTH = 100
"""Columns in a file or a pipe."""
NARROW = 60
COLOURS = {"ok": "green", "note": "yellow", "problem": "bold red"}


@click.command()
@click.option(
    "--sound", is_flag=True, help="Play a tone into the speaker and listen for it; not while Gerald runs."
)
@click.option(
    "--ask-model/--no-ask-model",
    default=True,
    help="Ask every model server for one word, with its key. Default: yes.",
)
@click.option("--profile", metavar="NAME", help="The profile that Gerald runs with.")
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a key; may be repeated."
)
@home_and_json
def doctor(
    home: Home, sound: bool, ask_model: bool, profile: str | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Look at what keeps Gerald from working, and say what to do: VRChat, OSC, sound, models, and the machine.

    It works with Gerald running or not, and changes nothing. Secrets and people's names are masked: the report may be
    pasted anywhere. `supervisor state doctor` looks into what Gerald remembers. Exit status: 0 no problem, 1 a problem.
    """
    from supervisor.doctor.checks import CHECKS
    from supervisor.doctor.examination import examine
    from supervisor.doctor.finding import Severity
    from supervisor.doctor.people import masker_of

    subject = _subject(home, profile, overrides, sound, ask_model)
    with _Progress(len(CHECKS)) as progress:
        report = masker_of(subject).report(examine(CHECKS, subject, progress.show))
    if as_json:
        print_json(plain(report))
    else:
        render(report, _console())
    _leave(FAILED if report.count(Severity.PROBLEM) else 0, hung=bool(report.hung))


def _subject(
    home: Home, profile: str | None, overrides: tuple[str, ...], sound: bool, ask_model: bool
) -> "Subject":
    from config.layers.source import ConfigSource
    from supervisor.cli.availability import known_actors
    from supervisor.doctor.running import look
    from supervisor.doctor.subject import Subject

    reading = ConfigSource(home, profile, overrides, dict(os.environ), (known_actors(),)).read()
    result = reading.result
    problems = (*reading.errors, *((*result.warnings, *result.notes) if result is not None else ()))
    return Subject(
        home, _usable(home, reading), problems, look(home.path), dict(os.environ), sound, ask_model
    )


def _usable(home: Home, reading: "Reading") -> Any:
    """The configuration that a start would use; the defaults where it cannot be read at all."""
    from config.layers.fallback import fall_back
    from config.layers.last_good import read_last_good
    from config.schema import Config

    last_good = read_last_good(home)
    if reading.result is not None:
        return fall_back(reading.result, last_good)[0]
    return (last_good.config() if last_good is not None else None) or Config()


class _Progress:
    """On a terminal, one line on standard error about what is waited for; gone at the end."""

    def __init__(self, checks: int) -> None:
        self._checks = checks

    def __enter__(self) -> "_Progress":
        from rich.console import Console

        self._status = Console(stderr=True, emoji=False, highlight=False).status("looking...")
        if self._status.console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, waiting: Sequence[str]) -> None:
        """waiting: the titles of the checks that are not done."""
        done = self._checks - len(waiting)
        self._status.update(f"{done} of {self._checks}; waiting for: {', '.join(waiting[:3])}")


def _console() -> "Console":
    from rich.console import Console

    console = Console(emoji=False, highlight=False)
    return console if console.is_terminal else Console(emoji=False, highlight=False, width=WIDTH)


def render(report: "Report", console: "Console") -> None:
    """A line or more for each finding; on a narrow screen below its title."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    if console.width >= NARROW:
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for severity, title, text in _rows(report):
        mark = Text(severity.upper() if severity == "problem" else severity, COLOURS.get(severity, ""))
        if console.width >= NARROW:
            grid.add_row(mark, Text(title), Text(text))
        else:
            grid.add_row(mark, Text(f"{title}: {text}" if title else text))
    with console.capture() as capture:
        console.print(grid)
        console.print(Text(summary(report), "bold"))
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def _rows(report: "Report") -> Iterator[tuple[str, str, str]]:
    for result in report.results:
        title = result.title
        for finding in result.findings:
            yield str(finding.severity), title, finding.seen
            title = ""
            if finding.remedy:
                yield "", "", f"-> {finding.remedy}"


def summary(report: "Report") -> str:
    """The last line."""
    from supervisor.doctor.finding import Severity

    problems, notes = report.count(Severity.PROBLEM), report.count(Severity.NOTE)
    return f"{count(problems, 'problem') if problems else 'no problem'}, {count(notes, 'note')}"


def plain(report: "Report") -> dict[str, Any]:
    """The report as JSON: these names stay, others may be added."""
    from supervisor.doctor.finding import Severity

    try:
        gerald = version("gerald")
    except PackageNotFoundError:
        gerald = "unknown"
    findings = [
        {
            "check": one.name,
            "title": one.title,
            "severity": str(f.severity),
            "seen": f.seen,
            "remedy": f.remedy,
        }
        for one in report.results
        for f in one.findings
    ]
    return {
        "gerald": gerald,
        "problems": report.count(Severity.PROBLEM),
        "notes": report.count(Severity.NOTE),
        "findings": findings,
        "seconds": {one.name: one.seconds for one in report.results},
    }


def _leave(status: int, *, hung: bool) -> None:
    """A thread that hangs in a library must not hold up the end."""
    sys.stdout.flush()
    if hung:
        os._exit(status)
    sys.exit(status)
