"""Which of what the character knows of its world matters to what is said now. Pure.

As in the lorebooks of character cards: an entry is called up by words; the lowest priorities are left out where not all
fit, and what is told keeps the order of the entries."""

import re
from collections.abc import Iterable

from actors.vocabulary.words import plain
from config.schema import Lore, LoreEntry

BYTES_PER_TOKEN = 4
"""Roughly, in any script: a token is about four letters of English and one sign of Chinese."""

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def called_up(lore: Lore, said: Iterable[str]) -> tuple[str, ...]:
    """The texts of the entries that the last of what was `said` calls up, in their order."""
    heard = "\n".join(tuple(said)[-lore.depth :])
    folded = heard.casefold()
    found = [
        entry
        for entry in lore.entries.values()
        if not entry.always and _is_meant(entry, heard if entry.case_sensitive else folded)
    ]
    return _fitting(found, lore.budget)


def always_known(lore: Lore) -> tuple[str, ...]:
    """The texts of the entries that stand in every prompt, in their order."""
    return _fitting([entry for entry in lore.entries.values() if entry.always], lore.budget)


def _is_meant(entry: LoreEntry, heard: str) -> bool:
    if not entry.text or not any(_occurs(key, heard, entry.case_sensitive) for key in entry.keys):
        return False
    return not entry.also or any(_occurs(key, heard, entry.case_sensitive) for key in entry.also)


def _occurs(key: str, heard: str, case_sensitive: bool) -> bool:
    """Whether `key` stands in `heard` as a word, its plural too; in scripts without spaces, anywhere."""
    key = plain(key, len(key)) if case_sensitive else plain(key, len(key)).casefold()
    if not key or key not in heard:
        return False
    if _UNSPACED.search(key):
        return True
    before, after = (
        (r"(?<!\w)" if key[0].isalnum() else ""),
        (r"(?:['’]?e?s)?(?!\w)" if key[-1].isalnum() else ""),
    )
    return re.search(f"{before}{re.escape(key)}{after}", heard) is not None


def _fitting(entries: list[LoreEntry], budget: int) -> tuple[str, ...]:
    """Those of the highest priority that fit into `budget` tokens, earlier ones first, in the order given."""
    left, kept = budget * BYTES_PER_TOKEN, set()
    for number in sorted(range(len(entries)), key=lambda one: (-entries[one].priority, one)):
        size = len(entries[number].text.encode())
        if size <= left:
            left -= size
            kept.add(number)
    return tuple(entry.text for number, entry in enumerate(entries) if number in kept)
