"""What the character knows of its world: called up by words, in order, within a budget."""

import pytest

from actors.conversation.prompt.lore import always_known, called_up
from config.schema import Lore, LoreEntry

DRAGONS = LoreEntry(text="Dragons live in the north.", keys=("dragon", "wyrm"))
CAVE = LoreEntry(text="The cave is cold.", keys=("cave",), also=("north", "dragon"))
MAGIC = LoreEntry(text="Magic is real.", always=True)
TOKYO = LoreEntry(text="Tokyo is far.", keys=("東京",))
CASED = LoreEntry(text="The IT crowd.", keys=("IT",), case_sensitive=True)


def lore(*entries: LoreEntry, **fields: int) -> Lore:
    return Lore(entries={f"entry {n}": one for n, one in enumerate(entries)}, **fields)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Tell me of the dragon!", (DRAGONS,)),
        ("Are there DRAGONS here?", (DRAGONS,)),
        ("The wyrm's egg", (DRAGONS,)),
        ("A snapdragon is a flower.", ()),
        ("Where is the cave?", ()),
        ("Is the cave in the north?", (CAVE,)),
        ("A dragon in a cave", (DRAGONS, CAVE)),
        ("昨日東京に行った", (TOKYO,)),
        ("It is nice", ()),
        ("I work in IT.", (CASED,)),
        ("Magic", ()),
        ("", ()),
    ],
)
def test_an_entry_is_called_up_by_one_of_its_words(said: str, found: tuple[LoreEntry, ...]) -> None:
    assert called_up(lore(DRAGONS, CAVE, MAGIC, TOKYO, CASED), (said,)) == tuple(one.text for one in found)


def test_only_the_last_utterances_call_entries_up() -> None:
    said = ("A dragon!", "Oh.", "Yes.")
    assert called_up(lore(DRAGONS, depth=3), said) == (DRAGONS.text,)
    assert called_up(lore(DRAGONS, depth=2), said) == ()


def test_the_lowest_priorities_are_left_out_and_the_order_stays() -> None:
    entries = [LoreEntry(text=f"{n}" * 40, keys=("x",), priority=p) for n, p in enumerate((1, 9, 5))]
    assert called_up(lore(*entries, budget=20), ("x",)) == ("1" * 40, "2" * 40)
    assert called_up(lore(*entries, budget=30), ("x",)) == ("0" * 40, "1" * 40, "2" * 40)


def test_what_is_always_known_has_a_budget_of_its_own() -> None:
    assert always_known(lore(MAGIC, DRAGONS)) == (MAGIC.text,)
    long = LoreEntry(text="x" * 90, always=True)
    assert always_known(lore(long, MAGIC, budget=20)) == (MAGIC.text,)
