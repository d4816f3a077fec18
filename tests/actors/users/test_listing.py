"""The list of people: sorted, searched, a page at a time."""

import msgspec

from actors.users.blocking import blocked
from actors.users.listing import page_of
from actors.users.state import UsersState, UserState
from actors.vocabulary.names import folded


def people(*names: str) -> UsersState:
    users = {
        f"usr_{n}": UserState(f"usr_{n}", name, 0.1 * n, met_at=float(n)) for n, name in enumerate(names)
    }
    index = {folded(user.display_name): (user_id,) for user_id, user in users.items()}
    return UsersState(users, index)


def names(state: UsersState, **wanted: object) -> list[str]:
    return [row.display_name for row in page_of(state, 10.0, **wanted).rows]  # type: ignore[arg-type]


def test_they_are_sorted_as_wanted() -> None:
    state = people("Bob", "Åse", "anna")
    assert names(state) == ["anna", "Åse", "Bob"]
    assert names(state, order="name") == ["anna", "Bob", "Åse"]
    assert names(state, order="known") == ["anna", "Åse", "Bob"]


def test_a_search_finds_part_of_a_name_or_id_in_any_case() -> None:
    state = people("Bob", "Anna", "Annabel")
    also = msgspec.structs.replace(state.users["usr_0"], also_called=("Hannah",))
    state = UsersState({**state.users, "usr_0": also}, state.names)
    assert names(state, search="ANN") == ["Annabel", "Anna", "Bob"]
    assert names(state, search="usr_2") == ["Annabel"]
    only = UsersState({"name:bob": UserState("name:bob", "Bob")}, {"bob": ("name:bob",)})
    assert names(only, search="name") == [], "its id is no more than the name"
    found = page_of(state, 10.0, "annab")
    assert (found.found, found.known) == (1, 3)


def test_pages_follow_each_other_and_strangers_who_are_blocked_come_last() -> None:
    state = people("A", "B", "C")
    for name in ("Troll", "A"):
        state = msgspec.structs.replace(state, blocked=blocked(state, name).blocks)
    pages = [names(state, order="name", first=n, count=2) for n in (0, 2, 4)]
    assert pages == [["A", "B"], ["C", "Troll"], []]
    rows = page_of(state, 10.0, order="name").rows
    assert [row.blocked for row in rows] == [True, False, False, True]
    assert rows[-1].user_id == ""
    assert page_of(state, 10.0).found == 4
