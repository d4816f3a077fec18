"""The people who are remembered, in short: sorted, searched and a page at a time. Pure."""

from collections.abc import Iterable, Iterator

import msgspec

from actors.users.acquaintance import faded
from actors.users.state import Order, PersonRow, UsersState, UserState
from actors.vocabulary.names import folded


class PeoplePage(msgspec.Struct, frozen=True):
    """Some of the people. found: how many the search has. known: how many are remembered at all."""

    rows: tuple[PersonRow, ...]
    found: int
    known: int


def page_of(
    state: UsersState, now: float, search: str = "", first: int = 0, count: int = 100, order: Order = "seen"
) -> PeoplePage:
    """`count` of the people of whom a name or the id has `search` in it, from number `first` on. order: last seen
    first, by name, or best known first. now: epoch seconds."""
    wanted = folded(search)
    listed = _listed(state, wanted) if wanted else frozenset()
    users = [user for user in state.users.values() if not wanted or _has(user, wanted, listed)]
    strangers = [row for row in _strangers(state) if not wanted or wanted in folded(row.display_name)]
    ordered = _ordered(users, order, now)
    of_users = (
        row_of(user, now, state.blocked.holds(user.person)) for user in ordered[first : first + count]
    )
    rest = max(0, first - len(ordered))
    rows = (*of_users, *strangers[rest : rest + max(0, first + count - len(ordered))])
    return PeoplePage(rows[:count], len(users) + len(strangers), len(state.users))


def row_of(user: UserState, now: float, blocked: bool) -> PersonRow:
    """One person in short, at `now` (epoch seconds)."""
    return PersonRow(
        user.user_id,
        user.display_name,
        faded(user, now),
        user.last_seen,
        len(user.interaction_history),
        blocked,
        user.talk_days,
        len(user.facts),
        user.is_named_only,
        user.also_called,
    )


def _listed(state: UsersState, wanted: str) -> frozenset[str]:
    """The ids under every name in the index that has `wanted` in it: folding ten thousand names anew is slow."""
    return frozenset(id for name, ids in state.names.items() if wanted in name for id in ids)


def _has(user: UserState, wanted: str, listed: frozenset[str]) -> bool:
    """Also whoever is not in the index, which holds the last namesakes only."""
    by_id = wanted in user.user_id.casefold() and not user.is_named_only
    return user.user_id in listed or by_id or any(wanted in name.casefold() for name in user.names)


def _ordered(users: Iterable[UserState], order: Order, now: float) -> list[UserState]:
    if order == "name":
        return sorted(users, key=lambda user: user.display_name.casefold())
    if order == "known":
        return sorted(users, key=lambda user: faded(user, now), reverse=True)
    return sorted(users, key=lambda user: user.last_seen, reverse=True)


def _strangers(state: UsersState) -> Iterator[PersonRow]:
    """Who is blocked, and never met or forgotten."""
    people = [user.person for user in state.users.values()] if state.blocked.blocks else []
    for one in state.blocked.blocks:
        if not any(one.holds(person) for person in people):
            yield PersonRow("", one.name or "(forgotten)", 0.0, 0.0, 0, True)
