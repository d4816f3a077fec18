"""`supervisor chaos`: injects faults into the real tree on this machine."""

import random
import signal
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from supervisor.cli.debug.progress import print_markup, progress_bar
from supervisor.cli.options import json_option, print_json
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from supervisor.chaos.run import ChaosProgress


@click.command()
@click.option(
    "--seconds", type=click.FloatRange(1.0, 86400.0), default=30.0, show_default=True, help="Duration."
)
@click.option("--seed", type=int, help="Seed of the faults. Default: another one each time.")
@click.option("--text", is_flag=True, help="Run without microphone and voice, which costs less.")
@click.option(
    "--hosts",
    type=click.IntRange(0, 8),
    default=0,
    metavar="N",
    help="Run workers on N other machines as well: agents of this one, behind a bad network that is parted.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Use this folder and keep its log and trace.",
)
@json_option
def chaos(seconds: float, seed: int | None, text: bool, hosts: int, keep: Path | None, as_json: bool) -> None:
    """Chaos-test the actor tree: kill, hang, freeze, flood and move actors under load, and account for every message.

    The test uses its own folder and ports, and touches no running instance. Exit status 1 if a message has no outcome
    or two, if an actor does not come back, or if a process, thread or file is left behind.
    """
    from supervisor.chaos.render import lines
    from supervisor.chaos.run import run

    seed = random.randrange(10**6) if seed is None else seed
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with (
        tempfile.TemporaryDirectory(prefix="gerald-chaos-") as temporary,
        progress_bar("start", seconds, quiet=as_json) as update,
    ):
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)

        def show(progress: "ChaosProgress") -> None:
            what = f"{progress.injected} faults, {progress.restarts} restarts, {progress.sent:,} messages"
            update(completed=progress.elapsed, description=progress.phase, what=what)

        report = run(folder, seed, seconds, text=text, hosts=hosts, show=show, stop=stop)
    if as_json:
        print_json({**msgspec.to_builtins(report), "passed": report.passed})
    else:
        print_markup(lines(report, text=text))
    if not report.passed:
        raise SystemExit(FAILED)
