"""A card's lorebook, as the entries of `lore`."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec

from supervisor.persona.card.cleaning import cleaned
from supervisor.persona.card.fields import Fields, Notes

ENTRIES = 300
ALL_KEYS = 1500
CHARACTERS = 90_000  # of all entries; with these three a persona is within the limits of a configuration file
TEXT = 1000
KEY, KEYS = 64, 16
BUDGET, DEPTH = 150, 4

_UNUSED = {
    "use_regex": "regular expressions as keys",
    "position": "where in the prompt an entry stands",
    "probability": "probability",
    "extensions": "extensions of entries",
}


class Entry(msgspec.Struct, frozen=True):
    """See config.schema.lore. order: the lower, the earlier it stands."""

    text: str
    keys: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    always: bool = False
    priority: int = 0
    case_sensitive: bool = False
    order: int = 0


class Book(msgspec.Struct, frozen=True):
    """budget: tokens of entries in one prompt. depth: how many of the last utterances call entries up."""

    entries: tuple[Entry, ...] = ()
    budget: int = BUDGET
    depth: int = DEPTH


def read_book(content: Mapping[str, Any], notes: Notes) -> Book:
    """The entries that are in use, in their order, within the limits; what is not used is noted."""
    fields = Fields(content, notes, "character_book.")
    if fields.flag("recursive_scanning", usual=False):
        notes.add("not used: recursive_scanning (entries do not call up others)")
    found, there = [], 0
    for number, one in enumerate(fields.objects("entries")):
        there += 1
        if there <= ENTRIES * 4 and (entry := _entry(one, notes, number)) is not None:
            found.append(entry)
    taken = _within(sorted(found, key=lambda entry: entry.order))
    if there > len(found):
        notes.add(
            f"{there - len(found)} of {there} lorebook entries are off, empty, without a key or too many"
        )
    if len(found) > len(taken):
        most = f"at most {ENTRIES}, with {ALL_KEYS} keys and {CHARACTERS} characters"
        notes.add(f"{len(taken)} of {len(found)} lorebook entries are taken: {most}")
    budget = fields.number("token_budget", BUDGET, 20, 1000)
    return Book(taken, budget, fields.number("scan_depth", DEPTH, 1, 20))


def _entry(content: Mapping[str, Any], notes: Notes, number: int) -> Entry | None:
    fields = Fields(content, notes, f"lorebook entry {number + 1}: ")
    if not fields.flag("enabled", usual=True) or fields.flag("disable", usual=False):
        return None
    for name, what in _UNUSED.items():
        if fields.is_there(name):
            notes.add(f"not used: {what}")
    text = fields.text(("content",), TEXT + 200)
    text = _undecorated(text, notes)[:TEXT]
    always = fields.flag("constant", usual=False)
    keys = _keys(fields, "keys") or _keys(fields, "key")
    also = _keys(fields, "secondary_keys") or _keys(fields, "keysecondary")
    if not text or fields.flag("use_regex", usual=False) or not (keys or always):
        return None
    return Entry(
        text,
        keys,
        also if fields.flag("selective", usual=bool(also)) else (),
        always,
        fields.number("priority", 0, -1000, 1000),
        fields.flag("case_sensitive", usual=False),
        fields.number("insertion_order", number, -(10**6), 10**6),
    )


def _keys(fields: Fields, name: str) -> tuple[str, ...]:
    """Keys as they can be found in what is said; a comma parts several that stand in one."""
    single = (part for text in fields.texts(name, KEYS) for part in text[:1000].split(","))
    keys = (" ".join(cleaned(part, KEY).split()) for part in islice(single, KEYS))
    return tuple(dict.fromkeys(key for key in keys if key))


def _undecorated(text: str, notes: Notes) -> str:
    """Without the lines at its beginning that tell how it is to be used."""
    lines = text.split("\n")
    while lines and lines[0].startswith("@@"):
        notes.add("not used: decorators (@@...) of lorebook entries")
        lines.pop(0)
    return "\n".join(lines).strip()


def _within(entries: list[Entry]) -> tuple[Entry, ...]:
    left, keys, taken = CHARACTERS, ALL_KEYS, []
    for entry in entries[:ENTRIES]:
        left, keys = left - len(entry.text), keys - len(entry.keys) - len(entry.also)
        if left >= 0 and keys >= 0:
            taken.append(entry)
    return tuple(taken)
