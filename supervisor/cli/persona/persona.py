"""`supervisor persona`: imports character cards, and chooses which one Gerald plays."""

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from config.format import count
from config.home import Home
from config.layers.personas import ABOUT, name_refused, plain_name
from config.ownership import trouble
from config.schema.bot import NO_PERSONA
from config.syntax.errors import LoadError
from config.syntax.mask import printable
from supervisor.cli.config.change import put
from supervisor.cli.literal import given, literal
from supervisor.cli.options import fail, home_and_json, print_json, wide_console
from supervisor.cli.persona.trial import try_
from supervisor.exit_status import FAILED

KEY = "bot.persona"


@click.group()
def persona() -> None:
    """Bring a character along: import its card, and have Gerald play it. docs/persona.md has more."""


@persona.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "name", default="", help="Its name here. Default: the character's.")
@home_and_json
def import_(home: Home, file: Path, name: str, as_json: bool) -> None:
    """Make a persona of the character card in FILE: version 1, 2 or 3, as PNG, JSON or CharX.

    It becomes data/personas/NAME.yaml, which you may edit, with the card beside it. What of the card is not used is
    said. Nothing changes until `supervisor persona use NAME`.
    """
    from supervisor.persona.card.errors import CardRefused
    from supervisor.persona.library import import_card

    try:
        found = import_card(home, file, given(name))
    except CardRefused as refused:
        fail(FAILED, f"{file}: {refused}")
    except OSError as error:
        fail(FAILED, trouble(error, file))
    card = found.card
    if as_json:
        print_json({"name": found.name, "file": str(found.file), "card": msgspec.to_builtins(card)})
        return
    lore = f"lore: {count(len(card.book.entries), 'text')}"
    click.echo(f"{printable(card.name)} (character card V{card.spec}, {lore}) is in {found.file}")
    for note in card.notes:
        click.echo(f"  {printable(note)}")
    click.echo(f"`supervisor persona use {found.name}` has Gerald play it")


@persona.command("list")
@home_and_json
def list_(home: Home, as_json: bool) -> None:
    """List the personas there are, and which one is in use."""
    from rich.table import Table

    from supervisor.persona.library import listed

    rows, used = listed(home), _in_use(home)
    if as_json:
        print_json([{**msgspec.to_builtins(row), "in_use": row.name == used} for row in rows])
        return
    if not rows:
        click.echo("there is no persona yet; `supervisor persona import FILE` makes one of a character card")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("", "name", "character", "lore", "card"):
        table.add_column(title, overflow="fold")
    for row in rows:
        mark = "*" if row.name == used else ""
        cells = (mark, row.name, row.trouble or row.called, str(row.lore or ""), row.card)
        table.add_row(*map(literal, cells))
    wide_console().print(table)


@persona.command()
@click.argument("name", required=False)
@home_and_json
def show(home: Home, name: str | None, as_json: bool) -> None:
    """Print the persona NAME, or the one that is in use: what its file says, and what was not taken over."""
    from config.layers.personas import persona_text

    wanted = given(name) if name else _in_use(home)
    if wanted == NO_PERSONA:
        if as_json:
            print_json(None)
        else:
            click.echo("no persona is in use: Gerald is what `supervisor config show bot --effective` says")
        return
    found = _found(home, wanted)
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(map(printable, persona_text(found, "").splitlines())))


@persona.command()
@click.argument("name")
@home_and_json
def use(home: Home, name: str, as_json: bool) -> None:
    """Have Gerald play the persona NAME from now on, or none: at once where it runs, and from the next start."""
    name = plain_name(given(name))
    if name != NO_PERSONA:
        _found(home, name)
    put(home, KEY, name, True, as_json)


@persona.command()
@click.argument("name")
@home_and_json
def remove(home: Home, name: str, as_json: bool) -> None:
    """Remove the persona NAME and its card from this home. One that is in use stays."""
    from supervisor.persona.library import remove as remove_files

    name = plain_name(given(name))
    if name == _in_use(home):
        fail(FAILED, f"'{name}' is in use; first `supervisor persona use {NO_PERSONA}`")
    try:
        there = remove_files(home, name)
    except OSError as error:
        fail(FAILED, trouble(error, home.personas))
    if not there:
        fail(FAILED, _unknown(home, name))
    if as_json:
        print_json({"removed": name})
    else:
        click.echo(f"removed {name}")


persona.add_command(try_)


def _found(home: Home, name: str) -> dict[str, Any]:
    """What a persona's file says. Exits with 1 where there is none, or it cannot be read."""
    from supervisor.persona.library import read_plain

    try:
        found = read_plain(home, name)
    except LoadError as error:
        fail(FAILED, str(error))
    if found is None:
        fail(FAILED, name_refused(name) or _unknown(home, name))
    return {section: found[section] for section in (ABOUT, "bot", "lore") if section in found}


def _unknown(home: Home, name: str) -> str:
    from supervisor.persona.library import listed

    there = ", ".join(row.name for row in listed(home)[:20])
    known = (
        f"there are {there}" if there else "`supervisor persona import FILE` makes one of a character card"
    )
    return f"there is no persona '{printable(name)[:60]}'; {known}"


def _in_use(home: Home) -> str:
    """The persona that the running instance plays, else that the files choose."""
    from config.layers.source import ConfigSource
    from supervisor.cli.config.config import runtime_overrides

    reading = ConfigSource(home, environ=os.environ).read(runtime_overrides(home))
    return reading.config.bot.persona if reading.config is not None else NO_PERSONA
