"""A character card of any version (1, 2, 3) as a value: what of it Gerald uses, what is shown, what is not used."""

from collections.abc import Mapping
from typing import Any

import msgspec

from supervisor.persona.card.book import Book, read_book
from supervisor.persona.card.card_file import CardFile
from supervisor.persona.card.cleaning import line, without_lifted_rules
from supervisor.persona.card.dialogue import EXAMPLES, GREETINGS, examples, greeting
from supervisor.persona.card.errors import CardRefused
from supervisor.persona.card.fields import Fields, Notes

NAME = 64
DESCRIPTION, PERSONALITY, SCENARIO, INSTRUCTIONS, REMINDER = 6000, 2000, 2000, 2000, 400

_EXPORT = "export it again in the tool that it comes from"
# Fields of version 1, and those of the same meaning that other tools write.
_FORMER = ("name", "char_name", "description", "char_persona", "personality", "first_mes", "char_greeting")
_UNUSED = {
    "assets": "assets (pictures and sounds)",
    "group_only_greetings": "group_only_greetings",
    "extensions": "extensions",
    "avatar": "avatar",
}
_NO_EXTENSION: tuple[Mapping[str, Any], ...] = ({}, {"talkativeness": "0.5", "fav": False, "world": ""})


class Card(msgspec.Struct, frozen=True):
    """What a card says. spec: its version, 1 to 3. examples: what somebody says, and the reply.

    creator, version, tags, creator_notes are shown only. notes: what was odd, and what is not used."""

    name: str
    spec: int
    full_name: str = ""
    description: str = ""
    personality: str = ""
    scenario: str = ""
    instructions: str = ""
    reminder: str = ""
    greetings: tuple[str, ...] = ()
    examples: Mapping[str, str] = {}
    book: Book = Book()
    creator: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    creator_notes: str = ""
    notes: tuple[str, ...] = ()


def card_of(file: CardFile, name: str = "") -> Card:
    """The card in a file. name: of a character that has none in it. Raises CardRefused."""
    notes = Notes(file.notes)
    spec, content = _versioned(file.content, notes)
    fields = Fields(content, notes)
    called, nickname = fields.line(("name", "char_name"), NAME), fields.line(("nickname",), NAME)
    if not called:
        notes.add(f"the card has no name: it is called {name}")
    found = Card(
        _plain_name(nickname or called or name) or name,
        spec,
        _plain_name(called) if nickname else "",
        fields.text(("description", "char_persona"), DESCRIPTION),
        fields.text(("personality",), PERSONALITY),
        fields.text(("scenario", "world_scenario"), SCENARIO),
        fields.text(("system_prompt",), INSTRUCTIONS),
        fields.line(("post_history_instructions",), REMINDER),
        _greetings(fields),
        _examples(fields, called),
        _book(fields, notes),
        **_about(fields),
    )
    if not (found.description or found.personality or found.scenario or found.instructions or found.examples):
        raise CardRefused(f"the card says nothing of its character: {_EXPORT}")
    return msgspec.structs.replace(found, notes=_not_used(fields, notes))


def _versioned(content: Mapping[str, Any], notes: Notes) -> tuple[int, Mapping[str, Any]]:
    """The version of a card, and the object that holds its fields."""
    said, data = content.get("spec"), content.get("data")
    spec = {"chara_card_v2": 2, "chara_card_v3": 3}.get(said) if isinstance(said, str) else None
    if isinstance(data, dict):
        if said is not None and spec is None:
            notes.add("the card is of a version that is not known: it is read as version 2")
        return spec or 2, data
    if not any(content.get(name) for name in _FORMER):
        if isinstance(content.get("entries"), dict | list):
            raise CardRefused("it is a lorebook without a character: import the character that it belongs to")
        what = "is a card without data" if spec else "is JSON, but no character card"
        raise CardRefused(f"it {what}: {_EXPORT}")
    if spec:
        notes.add(f"the card says that it is of version {spec}, and has no data: it is read as version 1")
    return 1, content


def _plain_name(name: str) -> str:
    """A name that can stand in a sentence: without what could end or open anything there."""
    plain = "".join(one for one in name if one.isalnum() or one in " '’-.·・&")
    return " ".join(plain.split()).strip(" '’-&")


def _greetings(fields: Fields) -> tuple[str, ...]:
    first = fields.text(("first_mes", "char_greeting"), 8000)
    texts = (first, *fields.texts("alternate_greetings", 64))
    said = dict.fromkeys(filter(None, (without_lifted_rules(greeting(text))[0] for text in texts)))
    return tuple(said)[:GREETINGS]


def _examples(fields: Fields, name: str) -> Mapping[str, str]:
    texts = fields.raw(("mes_example", "example_dialogue"))
    found = {said: reply for said, reply in examples(texts, name) if not without_lifted_rules(reply)[1]}
    taken = dict(tuple(found.items())[:EXAMPLES])
    if len(found) > len(taken):
        fields.notes.add(f"{len(taken)} of {len(found)} examples of dialogue are taken")
    return taken


def _book(fields: Fields, notes: Notes) -> Book:
    content = fields.mapping("character_book")
    return read_book(content, notes) if content is not None else Book()


def _about(fields: Fields) -> dict[str, Any]:
    quiet = Fields(fields.content, Notes())
    return {
        "creator": quiet.line(("creator",), 100),
        "version": quiet.line(("character_version",), 40),
        "tags": tuple(filter(None, (line(tag, 40) for tag in quiet.texts("tags", 30)))),
        "creator_notes": quiet.text(("creator_notes", "creatorcomment"), 2000),
    }


def _not_used(fields: Fields, notes: Notes) -> tuple[str, ...]:
    for name, what in _UNUSED.items():
        if fields.is_there(name) and fields.content.get(name) not in _NO_EXTENSION:
            notes.add(f"not used: {what}")
    return notes.lines
