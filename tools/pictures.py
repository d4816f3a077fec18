"""Draws the pictures of README.md from a real run: an instance's status, and a spoken turn as the demo shows it.

.venv/bin/python tools/pictures.py
"""

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from actors.speech.engines import embedded
from actors.speech.engines.whisper import Whisper
from supervisor.cli.instance.render import headline, tree_table
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.show import Show
from supervisor.demo.sound import SoundStage, spoken, stage_for

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
QUESTIONS = ("Hello Gerald, can you hear me?", "What is your favourite animal?")


def canvas(width: int) -> Console:
    """A console that records for a drawing. width: columns."""
    sink = io.StringIO()
    return Console(
        record=True, width=width, file=sink, force_terminal=True, color_system="truecolor", highlight=False
    )


def save(console: Console, name: str, title: str) -> None:
    """Write the drawing without rich's link to a font, so that no viewer fetches it."""
    drawing = re.sub(r"@font-face\s*{.*?}\s*", "", console.export_svg(title=title), flags=re.DOTALL)
    (IMAGES / name).write_text(drawing, encoding="utf-8")


def draw_status(stage: SoundStage, home: Path) -> None:
    """The tree of an instance that is READY."""
    home.mkdir()
    settings = (f"osc.input_port={free_port()}", f"osc.output_port={free_port()}", "vrchat.log_directory=log")
    console = canvas(140)
    with DemoInstance(home, (*stage.settings, *settings), stage.environment) as instance:
        status = instance.call({"do": "status"})
    console.print(headline(status))
    console.print(tree_table(status["actors"]))
    save(console, "status.svg", "supervisor status")


def draw_turn(stage: SoundStage, folder: Path, questions: list[tuple[str, Path]]) -> list[str]:
    """Draw two questions of the demo; returns what did not happen."""
    home = folder / "turns"
    home.mkdir()
    console = canvas(124)
    show = Show(console, home, folder, Whisper(embedded.whisper_model()))
    show.run(stage, questions)
    save(console, "turn.svg", "supervisor demo")
    return show.failures


def main() -> None:
    """Draw both pictures; the exit status is 1 if the turn was incomplete."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gerald-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        questions = spoken(QUESTIONS, folder)
        stage, _ = stage_for(folder, [path for _, path in questions], False)
        with stage:
            draw_status(stage, folder / "home")
            failures = draw_turn(stage, folder, questions)
    sys.exit("\n".join(failures) or 0)


if __name__ == "__main__":
    main()
