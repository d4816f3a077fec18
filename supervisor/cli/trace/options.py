"""What the trace's commands share: which run, and which of its records."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.home import Home
from supervisor.cli.options import FAILED, fail

if TYPE_CHECKING:
    from rich.console import Console

    from supervisor.trace.read.query import Query
    from supervisor.trace.read.reader import Torn, Trace

__all__ = [
    "filters",
    "find_trace",
    "last_record",
    "open_run",
    "query_of",
    "run_option",
    "tell_torn",
    "traces_of",
]

run_option = click.option(
    "--run",
    default="",
    metavar="NAME",
    help="A run's name (see `trace ls`) or folder. Default: the newest run.",
)

_FILTERS = (
    click.option("--turn", type=click.IntRange(0), metavar="ID", help="One turn of conversation; 0 for none."),
    click.option("--actor", default="", metavar="ADDRESS", help="What it sent or handled, its starts and stops."),
    click.option("--type", "kind", default="", metavar="NAME", help="Messages of this type."),
    click.option("--person", default="", metavar="NAME", help="Messages from or about this person, by name or id."),
    click.option("--since", default="", metavar="TIME", help="Start: 21:15, ISO 8601, or 10m (before the end)."),
    click.option("--until", default="", metavar="TIME", help="End, in the same forms."),
    click.option("--text", default="", metavar="WORDS", help="Messages that contain this, in any case."),
    click.option("--failed", is_flag=True, help="Failed handlers and actors."),
    click.option("--dead", is_flag=True, help="Messages that were not handled. With --failed: either."),
    click.option("--node", default="", metavar="NAME", help="Records of this process: root, or a pinned actor."),
)  # fmt: skip


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give the command every filter, as one keyword argument `filtered`."""

    @functools.wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        names = ("turn", "actor", "kind", "person", "since", "until", "text", "failed", "dead", "node")
        filtered = {name: options.pop(name) for name in names}
        return command(*arguments, filtered=filtered, **options)

    result: Callable[..., Any] = wrapped
    for option in reversed(_FILTERS):
        result = option(result)
    return result


def query_of(filtered: dict[str, Any], trace: "Trace") -> "Query":
    """What the filters ask for. Exits when a time is none."""
    from supervisor.trace.analyse.parse_time import parse_time
    from supervisor.trace.read.query import Query

    times: dict[str, float | None] = {"since": None, "until": None}
    for name in times:
        if filtered[name]:
            try:
                times[name] = parse_time(filtered[name], last_record(trace))
            except ValueError as error:
                raise click.BadParameter(str(error), param_hint=f"--{name}") from None
    rest = {name: value for name, value in filtered.items() if name not in ("kind", "since", "until")}
    fields: dict[str, Any] = {**rest, **times, "type": filtered["kind"]}
    return Query(**fields)


def open_run(home: Home, run: str) -> "Trace":
    """The run that is asked for, or the newest. Exits when there is none."""
    from supervisor.trace.analyse.select import folder_of
    from supervisor.trace.read.reader import Trace

    folder = folder_of(traces_of(home), run)
    if folder is None:
        where = f"there is no trace in {traces_of(home)}" + (f" called {run}" if run else "")
        fail(FAILED, f"{where}; `supervisor trace ls` lists what there is")
    return Trace(folder)


def find_trace(home: Home, name: str) -> Path:
    """A run's folder or a file, by name or path; the newest run where there is no name. Exits when there is none."""
    from supervisor.trace.read.reader import newest_run

    traces = traces_of(home)
    if name:
        found = next((path for path in (traces / name, Path(name)) if path.exists()), None)
    else:
        newest = newest_run(traces)
        found = newest.path if newest is not None else None
    if found is None:
        called = f" called {name}" if name else ""
        fail(FAILED, f"there is no trace{called} in {traces}; `supervisor trace ls` lists what there is")
    return found


def traces_of(home: Home) -> Path:
    """The folder of the runs. The configuration, which takes longer to read than many a trace, is read only where
    something in it may name another one."""
    files = (home.config_file, home.env_file, home.overrides_file, *home.profiles.glob("*.yaml"))
    names = any("DIRECTORY" in name.upper() for name in os.environ if name.startswith("GERALD_"))
    if not names and not any("directory" in _text(file).lower() for file in files):
        return home.traces
    from supervisor.offline.store import configuration

    return home.path / configuration(home).trace.directory


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def last_record(trace: "Trace") -> float:
    """The time of the run's last record, epoch seconds; a copied or simulated run has files of another time."""
    times = [index.times for index in trace.indexes().values()]
    return max((last for found in times if found for last in found), default=0.0)


def tell_torn(console: "Console", torn: tuple["Torn", ...]) -> None:
    """Say what could not be read."""
    for one in torn:
        console.print(f"[dim]{one.path.name} at byte {one.at}: {one.why}[/]", soft_wrap=True, highlight=False)
