"""Options of the trace's commands: which run, and which of its records."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from config.home import Home
from supervisor.cli.literal import escaped
from supervisor.cli.options import fail
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from rich.console import Console

    from supervisor.trace.read.query import Query
    from supervisor.trace.read.reader import Trace
    from supervisor.trace.read.segment_reader import Torn

_RUN = "A run's name (see `trace ls`) or folder. Default: the newest run."
run_option = click.option("--run", default="", metavar="NAME", help=_RUN)

_FILTERS = (
    click.option("--turn", type=click.IntRange(0), metavar="ID", help="One turn of conversation; 0 for none."),
    click.option("--actor", default="", metavar="ADDRESS", help="What it sent or handled, its starts and stops."),
    click.option("--type", default="", metavar="NAME", help="Messages of this type."),
    click.option("--person", default="", metavar="NAME", help="Messages from or about this person, by name or id."),
    click.option("--since", default="", metavar="TIME", help="Start: 21:15, ISO 8601, or 10m (before the end)."),
    click.option("--until", default="", metavar="TIME", help="End, in the same forms."),
    click.option("--text", default="", metavar="WORDS", help="Messages that contain this, in any case."),
    click.option("--failed", is_flag=True, help="Failed handlers and actors."),
    click.option("--dead", is_flag=True, help="Messages that were not handled. With --failed: either."),
    click.option("--node", default="", metavar="NAME", help="Records of this process: root, or a pinned actor."),
)  # fmt: skip


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add every filter option; the command gets them as one keyword argument `filtered`."""

    @functools.wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        names = ("turn", "actor", "type", "person", "since", "until", "text", "failed", "dead", "node")
        filtered = {name: options.pop(name) for name in names}
        return command(*arguments, filtered=filtered, **options)

    return functools.reduce(lambda result, option: option(result), reversed(_FILTERS), wrapped)


def query_of(filtered: dict[str, Any], trace: "Trace") -> "Query":
    """The query of these filters. Exits when a time cannot be parsed."""
    from supervisor.trace.analyse.parse_time import parse_time
    from supervisor.trace.read.query import Query

    times: dict[str, float | None] = {"since": None, "until": None}
    for name in times:
        if filtered[name]:
            try:
                times[name] = parse_time(filtered[name], last_record(trace))
            except ValueError as error:
                raise click.BadParameter(str(error), param_hint=f"--{name}") from None
    return Query(**{**filtered, **times})


def open_run(home: Home, run: str) -> "Trace":
    """The run of this name or folder, or the newest. Exits when there is none."""
    from supervisor.trace.analyse.select import folder_of
    from supervisor.trace.read.reader import Trace

    traces = traces_of(home)
    return Trace(folder_of(traces, run) or _fail_without(run, traces))


def find_trace(home: Home, name: str) -> Path:
    """A run's folder or a trace file, by name or path; the newest run for "". Exits when there is none."""
    from supervisor.trace.read.reader import newest_run

    traces = traces_of(home)
    if name:
        found = next((path for path in (traces / name, Path(name)) if path.exists()), None)
    else:
        newest = newest_run(traces)
        found = newest.path if newest is not None else None
    return found or _fail_without(name, traces)


def _fail_without(name: str, traces: Path) -> NoReturn:
    called = f" called {name}" if name else ""
    fail(FAILED, f"there is no trace{called} in {traces}; `supervisor trace ls` lists what there is")


def traces_of(home: Home) -> Path:
    """The folder of the runs. Reads the configuration, which is slow, only where it may name another folder."""
    files = (home.config_file, home.env_file, home.overrides_file, *home.profiles.glob("*.yaml"))
    names = any("DIRECTORY" in name.upper() for name in os.environ if name.startswith("GERALD_"))
    if not names and not any("directory" in _text(file).lower() for file in files):
        return home.traces
    from supervisor.offline.store import configuration

    return home.resolve(configuration(home).trace.directory)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def last_record(trace: "Trace") -> float:
    """The time of the run's last record, epoch seconds; files of a copied or simulated run have other times."""
    times = [index.times for index in trace.indexes().values()]
    return max((last for found in times if found for last in found), default=0.0)


def tell_torn(console: "Console", torn: tuple["Torn", ...]) -> None:
    """Print what could not be read."""
    for one in torn:
        console.print(
            f"[dim]{escaped(one.path.name)} at byte {one.at}: {escaped(one.why)}[/]",
            soft_wrap=True,
            highlight=False,
        )
