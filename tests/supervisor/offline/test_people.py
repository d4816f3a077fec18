"""People as the commands show them."""

import pytest
from rich.console import Console

from actors.users.acquaintance import HALF_LIFE
from actors.users.state import Pattern, UsersState, UserState
from actors.vocabulary.values import Interaction
from supervisor.cli.users.show import person_view, table
from supervisor.offline.people import is_called, near, rows_of

ANNA = UserState("usr_a", "Anna [x]", 0.8, (Interaction("talk", "Anna", "I like [tea]", 1000.0, "Fine"),))
BEN = UserState("name:ben", "Ben", 0.2, met_at=2000.0)
PEOPLE = UsersState({user.user_id: user for user in (ANNA, BEN)})


def printed(thing: object) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(thing)
    return captured.get()


def test_the_last_seen_comes_first_and_the_relationship_has_faded() -> None:
    rows = rows_of(PEOPLE, 1000.0 + HALF_LIFE)
    assert [row.user_id for row in rows] == ["name:ben", "usr_a"]
    assert rows[1].relationship == 0.4
    assert rows[1].interactions == 1


def test_names_that_are_near_are_offered() -> None:
    rows = rows_of(PEOPLE, 3000.0)
    assert near("bne", rows) == ("Ben",)
    assert near("usr_b", rows)[0] == "usr_a"
    assert near("zzzzzz", rows) == ()


def test_names_and_words_are_shown_as_they_are() -> None:
    assert "Anna [x]" in printed(table(rows_of(PEOPLE, 3000.0), 80))
    user = UserState(
        **{
            **{field: getattr(ANNA, field) for field in ANNA.__struct_fields__},
            "preferences": {"[tea]": "likes"},
            "conversation_patterns": (Pattern("talk", 3),),
        }
    )
    shown = printed(person_view(user))
    for words in ("Anna [x]", "usr_a", "[tea]: likes", "talk: 3 times", "I like [tea]", "-> Fine"):
        assert words in shown


def test_whoever_was_never_seen_has_no_date() -> None:
    assert "never" in printed(table(rows_of(UsersState({"usr_c": UserState("usr_c", "Cleo")}), 0.0), 80))


@pytest.mark.parametrize(
    ("name", "is_it"),
    [("Ten.exe", True), ("TEN.EXE", True), ("usr_1", True), ("T\u0435n.exe", False), ("Ten", False)],
)
def test_a_lookalike_is_somebody_else(name: str, is_it: bool) -> None:
    assert is_called(UserState("usr_1", "Ten.exe"), name) is is_it
