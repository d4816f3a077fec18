"""The command that shows what the eyes see: as a table, or drawn onto the picture."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from config.files import replace_file
from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.client import ask_one
from supervisor.cli.literal import given, lines, literal
from supervisor.cli.options import fail, home_and_json, print_json, wide_console
from supervisor.exit_status import FAILED

WIDEST = 1920
SUFFIXES = (".png", ".jpg", ".jpeg")
OLD = 2.0  # seconds after which a picture is not of now
TRENDS = {"approaching": "comes closer", "leaving": "goes away", "": ""}


@click.command()
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw it onto the picture: a .png or .jpg file.",
)
@click.argument("question", required=False)
@home_and_json
def look(home: Home, question: str | None, to: Path | None, as_json: bool) -> None:
    """Show who and what Gerald sees now, where, and how far.

    With QUESTION, the newest picture goes to the server of llm.models that has the role see, and its answer is
    printed. With --to, boxes, names and distances are drawn onto the newest picture, which is kept in that file and
    nowhere else.
    """
    if question is not None:
        _ask(home, question, as_json)
        return
    if to is not None and to.suffix.lower() not in SUFFIXES:
        fail(FAILED, f"{to}: choose a name that ends in {', '.join(SUFFIXES)}")
    found = ask_one(home, {"do": "look", "width": WIDEST if to is not None else 0})
    jpeg, pictured_at = found.pop("picture"), found.pop("pictured_at")
    if to is not None:
        if not jpeg:
            fail(FAILED, "there is no picture yet: `supervisor status` says what the camera does")
        _draw(to, jpeg, found, pictured_at)
    if as_json:
        print_json(found if to is None else {**found, "file": str(to), "pictured_at": pictured_at})
        return
    console = wide_console()
    console.print(headline(found, time.time()), markup=False, soft_wrap=True)
    if found["sights"]:
        console.print(table(found["sights"]))
    if to is not None:
        console.print(f"drawn into {printable(str(to))}", markup=False, soft_wrap=True)


def _ask(home: Home, question: str, as_json: bool) -> None:
    answer = ask_one(home, {"do": "look_for", "question": given(question)})
    if as_json:
        print_json(answer)
    elif answer["text"]:
        click.echo(lines(answer["text"]))
    if not answer["text"]:
        fail(
            FAILED,
            f"nobody looked: {printable(answer['why'])}; `supervisor look` shows what is known without it",
        )


def headline(found: Mapping[str, Any], now: float) -> str:
    """How much is seen, how bright it is, and how current."""
    if not found["at"]:
        return "nothing has been looked at yet: `supervisor status` says what the camera does"
    people = sum(one["kind"] == "person" for one in found["sights"])
    things = len(found["sights"]) - people
    parts = [f"{people} {'person' if people == 1 else 'people'}", f"{things} thing{'s' * (things != 1)}"]
    parts += ["something moves"] if found["moving"] else []
    parts += [
        f"brightness {found['brightness']:.0%}",
        f"known {1000 * found['age']:.0f} ms after the picture",
    ]
    old = now - found["at"]
    parts += [f"the last picture is {old:.0f} s old"] if old > OLD else []
    return ", ".join(parts)


def table(sights: list[Mapping[str, Any]]) -> Table:
    """One row for each, people before things, the nearest first."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("who or what", "where", "distance", "by", "for", ""):
        made.add_column(name, justify="right" if name in ("where", "distance", "for") else "left")
    for one in sights:
        name = one["person"] or ("somebody" if one["kind"] == "person" else one["kind"])
        side = "right" if one["bearing"] > 0 else "left"
        away = f"{one['distance']:.1f} m +-{one['distance'] * one['error']:.1f}" if one["distance"] else ""
        seen = f"{time.time() - one['since']:.0f} s"
        where = f"{abs(one['bearing']):.0f} degrees {side}"
        made.add_row(
            literal(name),
            where,
            away,
            one["source"],
            seen,
            TRENDS[one["trend"]] if one["found"] else "a moment ago",
        )
    return made


def _draw(to: Path, jpeg: bytes, found: Mapping[str, Any], at: float) -> None:
    import cv2

    from supervisor.cli.vision.drawing import drawn

    try:
        picture = drawn(jpeg, found["sights"], headline(found, at))
    except ValueError as error:
        fail(FAILED, f"the picture cannot be drawn on: {error}")
    encoded = cv2.imencode(to.suffix.lower(), picture)[1].tobytes()
    try:
        replace_file(to, [encoded])
    except OSError as error:
        fail(FAILED, f"{to} cannot be written: {error.strerror}")
