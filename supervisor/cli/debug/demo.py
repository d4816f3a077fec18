"""`supervisor demo`: tests the whole pipeline on one machine, without VRChat and without sound hardware."""

import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supervisor.cli.options import fail
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from rich.console import Console


QUESTIONS = (
    "Hello Gerald, can you hear me?",
    "What is your favourite animal?",
    "Can you tell me a short story?",
    "Why do people like music?",
    "What should we do today?",
    "Where would you like to travel?",
)


@click.command()
@click.option(
    "--wav",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ask this WAV file five times.",
)
@click.option(
    "--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep home and recordings here."
)
@click.option(
    "--questions", "count", type=click.IntRange(1, 5), default=5, show_default=True, help="After a warm-up."
)
@click.option("--overlap/--no-overlap", default=True, show_default=True, help="Speak over it afterwards.")
@click.option("--files", is_flag=True, help="Use file devices even where PulseAudio is available.")
@click.option("--company", is_flag=True, help="Two people visit it instead; needs virtual devices.")
def demo(wav: Path | None, keep: Path | None, files: bool, count: int, overlap: bool, company: bool) -> None:
    """Test the whole pipeline on this machine: a spoken question is heard, answered by the embedded model, and spoken.

    It starts an instance in a temporary home, a small OSC peer in place of VRChat and a virtual microphone, asks five
    questions after a warm-up and prints each step. With virtual devices it then nods, coughs and interrupts while it is
    answered, pauses within a sentence, and plays its own voice back to it. Exit status 0 only if every step happened.

    With --company two people come, by a game log that the demo writes: each is greeted with a gesture, says who they
    are, is told from the other by voice, is answered in turn when both ask at once, and is remembered after a restart.
    """
    if company and (files or wav):
        raise click.UsageError(
            "--company needs virtual devices and voices of its own: leave out --files and --wav"
        )
    from rich.console import Console

    from supervisor.demo.instance import DemoFailed
    from supervisor.demo.pulse import PulseBroken

    for number in filter(None, (signal.SIGTERM, getattr(signal, "SIGHUP", None))):
        signal.signal(number, signal.default_int_handler)  # as Ctrl-C: it ends the instance and the sound too
    console = Console(emoji=False, highlight=False)
    with tempfile.TemporaryDirectory(prefix="gerald-demo-", ignore_cleanup_errors=True) as temporary:
        folder = (keep or Path(temporary)).absolute()
        try:
            passed = (
                _visited(console, folder)
                if company
                else _run(console, folder, wav, files, count + 1, overlap)
            )
        except (DemoFailed, PulseBroken, OSError) as error:
            fail(FAILED, f"the demo cannot continue: {error}")
        except KeyboardInterrupt:
            fail(130, "interrupted; the demo's instance and sound were ended")
    sys.exit(0 if passed else FAILED)


def _visited(console: "Console", folder: Path) -> bool:
    from actors.speech.engines import embedded
    from actors.speech.engines.whisper import Whisper
    from supervisor.demo.company import CompanyShow
    from supervisor.demo.pulse import unavailable
    from supervisor.demo.sound import PulseStage

    if why := unavailable():
        fail(FAILED, f"--company needs virtual devices; {why}")
    folder.mkdir(parents=True, exist_ok=True)
    show = CompanyShow(console, folder, Whisper(embedded.whisper_model()))
    with PulseStage() as stage:
        show.run(stage)
    console.print(f"\n{_verdict(bool(show.failures))}", soft_wrap=True)
    return not show.failures


def _run(console: "Console", folder: Path, wav: Path | None, files: bool, count: int, overlap: bool) -> bool:
    from actors.speech.engines import embedded
    from actors.speech.engines.whisper import Whisper
    from supervisor.demo.overlap import OverlapShow
    from supervisor.demo.show import Show
    from supervisor.demo.sound import PulseStage, spoken, stage_for

    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    questions = [("", wav)] * count if wav else spoken(QUESTIONS[:count], folder)
    stage, why = stage_for(folder, [path for _, path in questions], files)
    console.print(f"sound: [bold]{stage.name}[/]" + (f" ({why})" if why else ""))
    show = Show(console, home, folder, Whisper(embedded.whisper_model()))
    people = OverlapShow(console, folder)
    with stage:
        show.run(stage, questions)
        if overlap and isinstance(stage, PulseStage):
            people.run(stage)
        elif overlap:
            console.print("speaking over each other is not shown: files keep their own pace")
    failed = show.failures or people.failures
    console.print(f"\n{_verdict(bool(failed))}\n{show.summary()}", soft_wrap=True)
    return not failed


def _verdict(failed: bool) -> str:
    return "[bold red]not all of it happened[/]" if failed else "[bold green]all of it happened[/]"
