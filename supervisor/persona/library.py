"""The personas of a home: imported from cards, listed, removed. Each is one file, with the card beside it."""

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from config.files import write_private
from config.home import Home
from config.layers.personas import (
    ABOUT,
    name_refused,
    persona_file,
    persona_files,
    persona_text,
    plain_name,
    read_persona,
)
from config.schema.bot import LONGEST_PERSONA, is_persona_name
from config.syntax.errors import LoadError
from config.syntax.node import plain
from supervisor.persona.card.card import Card, card_of
from supervisor.persona.card.card_file import CardFile, read_card
from supervisor.persona.card.errors import CardRefused

HONEST = {"Are you human?": "No, I'm an AI, but I like talking with you."}
"""Every persona has this example, whatever its card says."""
ENDINGS = (".png", ".json", ".charx")

_HEAD = """\
# A persona of Gerald's, made by `supervisor persona import` of the card beside it. Change what you want: a saved file
# counts at once. docs/persona.md says what each key does. {{char}} stands for the name, {{user}} for whoever is talked
# with.
"""


class Imported(msgspec.Struct, frozen=True):
    """The persona that a card became: its name here, its file, and what was odd or is not used."""

    name: str
    file: Path
    card: Card


class Listed(msgspec.Struct, frozen=True):
    """A persona that is there; trouble: why its file cannot be read."""

    name: str
    called: str = ""
    card: str = ""
    lore: int = 0
    trouble: str = ""


def import_card(home: Home, path: Path, wanted: str = "") -> Imported:
    """Make a persona of the card in `path`. wanted: its name here, else the character's.

    Raises CardRefused, OSError."""
    if wanted and (why := name_refused(wanted)):
        raise CardRefused(why)
    read = read_card(path)
    card = card_of(read, wanted or _title(path.stem))
    name = plain_name(wanted or slug(card.name) or slug(path.stem) or "card")
    file = persona_file(home, name)
    if os.path.lexists(file):
        raise CardRefused(
            f"there is a persona '{name}' already: `--as NAME` gives this one another name,"
            f" `supervisor persona remove {name}` makes room"
        )
    _write(file, read, path, card)
    return Imported(name, file, card)


def slug(name: str) -> str:
    """A character's name as the name of a file; "" where nothing of it can stand in one."""
    letters = "".join(one if is_persona_name(one) else "-" for one in plain_name(name))
    found = "-".join(filter(None, letters.split("-")))[:LONGEST_PERSONA].rstrip("-")
    return found if not found or not name_refused(found) else f"card-{found}"[:LONGEST_PERSONA]


def listed(home: Home) -> tuple[Listed, ...]:
    """Every persona there is, also those whose files are damaged."""
    return tuple(_listed(home, file.stem) for file in persona_files(home))


def read_plain(home: Home, name: str) -> Mapping[str, Any] | None:
    """What a persona's file says; None if there is none. Raises LoadError."""
    node = read_persona(home, name) if not name_refused(name) else None
    return plain(node) if node is not None else None


def remove(home: Home, name: str) -> bool:
    """Remove a persona and its card; whether there was one. Raises OSError."""
    if name_refused(name):
        return False
    file = persona_file(home, name)
    there = os.path.lexists(file)
    for ending in ENDINGS:
        file.with_suffix(ending).unlink(missing_ok=True)
    file.unlink(missing_ok=True)
    return there


def persona_of(card: Card, source: str) -> Mapping[str, Any]:
    """A card as a persona's file has it. source: the name of the card's file."""
    bot = {
        "name": card.name,
        "personality": card.personality,
        "description": card.description,
        "scenario": card.scenario,
        "instructions": card.instructions,
        "reminder": card.reminder,
        "examples": {**HONEST, **card.examples},
        "greetings": list(card.greetings),
    }
    about = {
        "card": source,
        "version of the card": card.spec,
        "creator": card.creator,
        "character version": card.version,
        "full name": card.full_name,
        "tags": list(card.tags),
        "notes by the creator": card.creator_notes,
        "not taken over": list(card.notes),
    }
    said = {name: value for name, value in about.items() if value}
    # an empty personality is told too: the usual one is Gerald's
    told = {name: value for name, value in bot.items() if value or name == "personality"}
    return {ABOUT: said, "bot": told, **_lore(card)}


def _lore(card: Card) -> Mapping[str, Any]:
    usual = {"also": (), "always": False, "priority": 0, "case_sensitive": False, "keys": ()}
    entries: dict[str, Any] = {}
    for entry in card.book.entries:
        fields = {name: value for name, value in msgspec.structs.asdict(entry).items() if name != "order"}
        name = entry.keys[0] if entry.keys else "always"
        entries[_free(name, entries)] = {
            field: list(value) if isinstance(value, tuple) else value
            for field, value in fields.items()
            if value != usual.get(field, ...)
        }
    book = card.book
    return {"lore": {"budget": book.budget, "depth": book.depth, "entries": entries}} if entries else {}


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """A name for an entry that no other has; a number is no name in YAML unless it is quoted, which it is."""
    numbers = (name if number == 1 else f"{name[:56]} {number}" for number in range(1, len(taken) + 2))
    return next(one for one in numbers if one not in taken)


def _write(file: Path, read: CardFile, path: Path, card: Card) -> None:
    """The card first: a persona without it would be of unknown origin."""
    original = file.with_suffix(read.ending)
    write_private(original, read.data)
    try:
        write_private(file, persona_text(persona_of(card, _shown(path.name)), _HEAD).encode())
    except OSError:
        with contextlib.suppress(OSError):
            original.unlink()
        raise


def _listed(home: Home, name: str) -> Listed:
    try:
        found = read_plain(home, name) or {}
    except LoadError as error:
        return Listed(name, trouble=str(error).splitlines()[0])
    bot, lore, about = (_mapping(found.get(section)) for section in ("bot", "lore", ABOUT))
    return Listed(
        name,
        str(bot.get("name", ""))[:64],
        str(about.get("card", ""))[:80],
        len(_mapping(lore.get("entries"))),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _title(stem: str) -> str:
    """A name for a character without one, from its file's."""
    return " ".join(re.sub(r"[^\w]+|_", " ", stem).split())[:64].title() or "Nameless"


def _shown(name: str) -> str:
    """The name of a file, without what a terminal would obey."""
    return "".join(one for one in name if one.isprintable())[:80]
