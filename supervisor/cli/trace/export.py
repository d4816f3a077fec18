"""`supervisor trace export`."""

import json
import os
import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from config.home import Home
from supervisor.cli.options import fail, in_home, json_line
from supervisor.cli.trace.options import filters, open_run, query_of, run_option
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.trace.read.query import Query
    from supervisor.trace.read.reader import Trace

MOST = 200_000


@click.command()
@filters
@run_option
@click.option(
    "--perfetto", metavar="FILE", help="Write for ui.perfetto.dev: a track for each actor, arrows for causes."
)
@click.option(
    "--mermaid", metavar="FILE", help="Write a sequence diagram for Markdown; default: of the newest turn."
)
@click.option("--jsonl", metavar="FILE", help="Write one JSON object per line, as recorded.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000_000),
    help=f"Maximum number of records. Default: {MOST} for --perfetto, all for --jsonl; a diagram has its own.",
)
@in_home
def export(home: Home, filtered: dict[str, Any], run: str, limit: int | None, **files: str | None) -> None:
    """Export a run, or the part that the filters select, for other programs. FILE may be - for standard output."""
    chosen = [(name, file) for name, file in files.items() if file]
    if len(chosen) != 1:
        raise click.UsageError("choose one of --perfetto FILE, --mermaid FILE and --jsonl FILE")
    ((name, file),) = chosen
    trace = open_run(home, run)
    FORMS[name](trace, query_of(filtered, trace), file, limit)


def _perfetto(trace: "Trace", query: "Query", file: str, limit: int | None) -> None:
    from supervisor.trace.export.perfetto import document

    taken = _Taken(trace.read(query), limit or MOST)
    _write(file, document(taken))
    _print_count(file, taken)
    if file != "-":
        click.echo(
            "open it at https://ui.perfetto.dev, which reads it in your browser and sends it nowhere",
            err=True,
        )


def _mermaid(trace: "Trace", query: "Query", file: str, limit: int | None) -> None:
    from supervisor.trace.analyse.select import select
    from supervisor.trace.export.mermaid import MESSAGES, diagram

    found = select(trace.folder.parent, query, run=trace.folder.name)
    drawn = diagram(found.entries if found else (), messages=limit or MESSAGES)
    if not drawn.messages:
        fail(FAILED, f"run {trace.folder.name} has no messages that match")
    _write(file, [drawn.text])
    left = f"; {drawn.left_out} more do not fit into one diagram" if drawn.left_out else ""
    click.echo(f"{drawn.messages} messages{left}", err=True)


def _jsonl(trace: "Trace", query: "Query", file: str, limit: int | None) -> None:
    from supervisor.trace.analyse.show import record

    taken = _Taken(trace.read(query), limit)
    line = json_line if file == "-" else partial(json.dumps, ensure_ascii=False, default=str)
    _write(file, (line(record(entry)) + "\n" for entry in taken))
    _print_count(file, taken)


FORMS = {"perfetto": _perfetto, "mermaid": _mermaid, "jsonl": _jsonl}


class _Taken:
    """Iterates over the first `limit` entries. count: of these; more: whether there were others."""

    def __init__(self, entries: Iterable[Any], limit: int | None) -> None:
        self._entries = entries
        self._limit = limit
        self.count = 0
        self.more = False

    def __iter__(self) -> Any:
        for entry in self._entries:
            if self.count == self._limit:
                self.more = True
                return
            self.count += 1
            yield entry


def _write(file: str, pieces: Iterable[str]) -> None:
    """Write the pieces; only the owner can read the file, since it holds what people said."""
    if file == "-":
        sys.stdout.writelines(pieces)
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", newline="\n") as out:
            out.writelines(pieces)
    except OSError as error:
        fail(FAILED, f"{file} cannot be written: {error.strerror or error}")


def _print_count(file: str, taken: _Taken) -> None:
    more = "; there are more, see --limit" if taken.more else ""
    click.echo(f"{taken.count} records{more}" + (f" in {file}" if file != "-" else ""), err=True)
