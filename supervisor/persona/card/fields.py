"""Takes fields out of a card's JSON, whatever their types are, and notes what had to be done about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from supervisor.persona.card.cleaning import cleaned, line, without_lifted_rules

NOTES = 40  # that are kept; the rest is counted
_SHOWN = 60  # characters of a sentence that is named


class Notes:
    """What was odd about a card, a line each, without repetition."""

    def __init__(self, found: tuple[str, ...] = ()) -> None:
        self._found = dict.fromkeys(found)

    def add(self, note: str) -> None:
        """Note it."""
        self._found[note] = None

    @property
    def lines(self) -> tuple[str, ...]:
        """All of them; the last says how many more there were."""
        found = tuple(self._found)
        more = (f"... and {len(found) - NOTES} more notes",) if len(found) > NOTES else ()
        return found[:NOTES] + more


class Fields:
    """The fields of one JSON object; where: its place in the card, "" for the card itself."""

    def __init__(self, content: Mapping[str, Any], notes: Notes, where: str = "") -> None:
        self.content, self.notes, self._where = content, notes, where

    def text(self, names: tuple[str, ...], longest: int) -> str:
        """The first of these that is there, cleaned, without sentences that would lift a fixed rule."""
        name, value = self._first(names)
        text = cleaned(self._text(name, value), longest)
        self._cut(name, value, longest)
        return self._obedient(name, text)

    def line(self, names: tuple[str, ...], longest: int) -> str:
        """As `text`, on one line."""
        name, value = self._first(names)
        text = line(self._text(name, value), longest)
        self._cut(name, value, longest)
        return self._obedient(name, text)

    def raw(self, names: tuple[str, ...]) -> str:
        """The first of these that is there, as it is."""
        return self._text(*self._first(names))

    def texts(self, name: str, most: int) -> tuple[str, ...]:
        """The texts in a list, as they are; a single text counts as a list of one."""
        value = self.content.get(name)
        if isinstance(value, str):
            if value.strip():
                self.notes.add(f"{self._place(name)} is text and no list: it is taken as its only item")
            value = [value]
        if value is not None and not isinstance(value, list):
            self.notes.add(f"{self._place(name)} is no list: it is left out")
        found = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
        return tuple(one for one in found[:most] if one.strip())

    def flag(self, name: str, usual: bool) -> bool:
        """true or false; 0 and 1 too."""
        value = self.content.get(name)
        return bool(value) if isinstance(value, bool) or value in (0, 1) else usual

    def number(self, name: str, usual: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.content.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return usual
        return int(min(max(value, least), most))

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """The object at this name; null counts as none."""
        value = self.content.get(name)
        if value is not None and not isinstance(value, dict):
            self.notes.add(f"{self._place(name)} is no object: it is left out")
        return value if isinstance(value, dict) else None

    def objects(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The objects in a list, or, as some tools write it, in an object."""
        value = self.content.get(name)
        value = list(value.values()) if isinstance(value, dict) else value
        yield from (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()

    def is_there(self, name: str) -> bool:
        """Whether the field holds anything."""
        return self.content.get(name) not in (None, "", [], {}, False)

    def _first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        there = (name for name in names if self.is_there(name))
        name = next(there, names[0])
        return name, self.content.get(name)

    def _text(self, name: str, value: Any) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)[:40]
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return "\n".join(value)
        self.notes.add(f"{self._place(name)} is no text: it is left out")
        return ""

    def _cut(self, name: str, value: Any, longest: int) -> None:
        if isinstance(value, str) and len(value.strip()) > longest:
            self.notes.add(f"{self._place(name)} is cut to {longest} characters, of {len(value.strip())}")

    def _obedient(self, name: str, text: str) -> str:
        kept, left_out = without_lifted_rules(text)
        for sentence in left_out:
            shown = sentence if len(sentence) <= _SHOWN else sentence[:_SHOWN] + "..."
            self.notes.add(f'{self._place(name)}: left out, since Gerald\'s own rules stand: "{shown}"')
        return kept

    def _place(self, name: str) -> str:
        return f"{self._where}{name}"
