"""`supervisor chaos`: try on this machine that nothing is lost and nothing stays dead."""

import contextlib
import random
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from supervisor.cli.options import FAILED, json_option, print_json

__all__ = ["chaos"]


@click.command()
@click.option(
    "--seconds", type=click.FloatRange(1.0, 86400.0), default=30.0, show_default=True, help="Duration."
)
@click.option("--seed", type=int, help="Seed of the faults. Default: another one each time.")
@click.option("--text", is_flag=True, help="Run without microphone and voice, which costs less.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Use this folder and keep its log and trace.",
)
@json_option
def chaos(seconds: float, seed: int | None, text: bool, keep: Path | None, as_json: bool) -> None:
    """Chaos-test the actor tree: kill, hang, freeze, flood and move actors under load, and account for every message.

    The test uses its own folder and ports, and touches no running instance. Exit status 1 if a message has no outcome
    or two, if an actor does not come back, or if a process, thread or file is left behind.
    """
    from supervisor.chaos.render import lines
    from supervisor.chaos.run import run

    seed = random.randrange(10**6) if seed is None else seed
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    with _folder(keep) as folder, _shown(seconds, quiet=as_json) as show:
        report = run(folder, seed, seconds, text=text, show=show, stop=stop)
    if as_json:
        print_json({**msgspec.to_builtins(report), "passed": report.passed})
    else:
        from rich.console import Console

        console = Console(emoji=False, highlight=False)
        for line in lines(report, text=text):
            console.print(line, soft_wrap=True)
    if not report.passed:
        raise SystemExit(FAILED)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="gerald-chaos-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _shown(seconds: float, *, quiet: bool) -> "Iterator":  # type: ignore[type-arg]
    """Shows how far it is: a bar on a terminal, nothing for scripts."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(emoji=False, stderr=True)
    columns = (
        TextColumn("{task.description:>6}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task("start", total=seconds, what="")

        def show(progress) -> None:  # type: ignore[no-untyped-def]
            what = f"{progress.struck} blows, {progress.restarts} restarts, {progress.sent:,} messages"
            bar.update(task, completed=progress.elapsed, description=progress.phase, what=what)

        yield show
