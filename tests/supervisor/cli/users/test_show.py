"""People as they are printed: what they are called and what they said is text, on every width of a terminal."""

import io

import pytest
from rich.console import Console, RenderableType

from actors.users.facts.fact import HEARSAY, Fact
from actors.users.state import PersonRow, UserState
from actors.vocabulary.values import Interaction
from supervisor.cli.users.show import person_view, table

HOSTILE = "Ev\x1b[31mil\x07 [red]x[/] :dog: \u202egnp"
ID = "usr_0b3c6f2e-9b0f-4d86-a0a6-1d7b1d9f2c11"


def printed(what: RenderableType, width: int) -> str:
    file = io.StringIO()
    Console(file=file, width=width, emoji=False, highlight=False).print(what, soft_wrap=False)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 240])
def test_a_list_cuts_no_name_and_no_id_and_obeys_neither(width: int) -> None:
    rows = (PersonRow(ID, HOSTILE, 0.5, 0.0, 3), PersonRow("name:anna", "Anna", 0.1, 0.0, 1))
    shown = printed(table(rows, width), width)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
    assert max(map(len, shown.splitlines())) <= width
    assert all(piece in shown for piece in ("[red]x[/]", ":dog:", "never", "Anna"))
    ids = "".join(line.rstrip().split(" ")[-1] for line in shown.splitlines())
    assert ID in ids


@pytest.mark.parametrize("width", [40, 80])
def test_what_a_person_said_is_text(width: int) -> None:
    user = UserState(
        ID,
        HOSTILE,
        preferences={HOSTILE: HOSTILE},
        interaction_history=(Interaction("talk", HOSTILE, HOSTILE, 5.0, HOSTILE),),
    )
    shown = printed(person_view(user), width)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert shown.count("[red]x[/]") == 5


def test_what_they_told_is_shown_with_its_circumstances() -> None:
    own = Fact("My dog is called Rex", "pet", "pet:dog", ID, ID, 1.0, "Ann", heard_by=("usr_bob",), times=2)
    heard = Fact("Ann lives in [b]Oslo[/]", "home", "home", ID, "usr_bob", 2.0, "Bob", certainty=HEARSAY)
    of_bob = Fact("Bob likes boats", "like", "view:boat", "usr_bob", ID, 3.0, "Ann", private=True)
    text = printed(person_view(UserState(ID, "Ann", facts=(own, heard)), (of_bob,)), 200)
    assert "My dog is called Rex  (pet, before 1 other, 2 times)" in text
    assert "Ann lives in [b]Oslo[/]  (home, said by Bob, alone, not for sure)" in text
    assert text.index("told of others") < text.index(
        "Bob likes boats  (like, said by Ann, alone, in confidence)"
    )
