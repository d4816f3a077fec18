"""`lore`: what Gerald knows of the world that its character is from."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config.schema.section import Section, Tuple, setting

CHARACTERS = 100_000  # of all entries: they are looked through at each prompt

LoreKey = Annotated[str, StringConstraints(min_length=1, max_length=64)]
EntryName = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class LoreEntry(Section):
    """Something to know, and the words that call it up."""

    text: str = setting("", "What is known.", max_length=1000)
    keys: Tuple[LoreKey] = setting((), "Words or phrases, one of which calls it up.", max_length=16)
    also: Tuple[LoreKey] = setting(
        (), "Words of which one must be there too; none: the keys are enough.", max_length=16
    )
    always: bool = setting(False, "Known in every prompt, whatever is said.")
    priority: int = setting(
        0, "Where not all fit into the budget, the lowest are left out.", ge=-1000, le=1000
    )
    case_sensitive: bool = setting(False, "Capital letters of the keys count.")


def _within(entries: Mapping[str, LoreEntry]) -> Mapping[str, LoreEntry]:
    if sum(len(entry.text) for entry in entries.values()) > CHARACTERS:
        raise PydanticCustomError("lore", f"has more than {CHARACTERS} characters of text in all")
    return entries


class Lore(Section, key="lore", about="What Gerald knows of the world that its character is from.", place=11):
    """Entries that stand in a prompt when something said calls them up, in their order."""

    entries: Annotated[Mapping[EntryName, LoreEntry], Field(max_length=1000), AfterValidator(_within)] = (
        setting(
            {},
            "By names of your choice, each with `text` and `keys`, and if wanted `also`, `always`, `priority`,"
            " `case_sensitive`.",
        )
    )
    budget: int = setting(
        150,
        "How much of what is called up stands in one prompt; what is known always has as much again.",
        unit="tokens",
        ge=20,
        le=1000,
    )
    depth: int = setting(4, "How many of the last utterances call entries up.", ge=1, le=20)
