"""The people that Gerald remembers, as the commands show them. Pure."""

import time
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import msgspec

from actors.users.acquaintance import faded
from actors.users.state import UsersState
from actors.vocabulary.names import folded

__all__ = ["PersonRow", "near", "rows_of"]

NEAR = 3


class PersonRow(msgspec.Struct, frozen=True):
    """A person in one line. relationship: as it is now, in [0, 1]. last_seen: epoch seconds."""

    user_id: str
    display_name: str
    relationship: float
    last_seen: float
    interactions: int


def rows_of(state: UsersState, now: float | None = None) -> tuple[PersonRow, ...]:
    """All people, the last seen first. now: epoch seconds."""
    at = time.time() if now is None else now
    rows = (
        PersonRow(
            user.user_id, user.display_name, faded(user, at), user.last_seen, len(user.interaction_history)
        )
        for user in state.users.values()
    )
    return tuple(sorted(rows, key=lambda row: row.last_seen, reverse=True))


def near(name_or_id: str, rows: Iterable[PersonRow]) -> Sequence[str]:
    """Names and ids similar to `name_or_id`, the most similar first."""
    by_name: dict[str, str] = {}
    for row in rows:
        by_name.setdefault(folded(row.display_name), row.display_name)
        by_name.setdefault(row.user_id, row.user_id)
    found = get_close_matches(folded(name_or_id), by_name, n=NEAR, cutoff=0.5)
    return tuple(dict.fromkeys(by_name[key] for key in found))
