"""The people that Gerald remembers, as the commands show them. Pure."""

import time
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import msgspec

from actors.users.acquaintance import faded
from actors.users.state import UsersState, UserState
from actors.vocabulary.names import folded

NEAR = 3


class PersonRow(msgspec.Struct, frozen=True):
    """A person in short. relationship: at present, in [0, 1]. last_seen: epoch seconds. blocked: the bot has
    nothing to do with them; who is blocked and was never met, or is forgotten, has no id."""

    user_id: str
    display_name: str
    relationship: float
    last_seen: float
    interactions: int
    blocked: bool = False


def rows_of(state: UsersState, now: float | None = None) -> tuple[PersonRow, ...]:
    """All people, the last seen first. now: epoch seconds."""
    at = time.time() if now is None else now
    users = sorted(state.users.values(), key=lambda user: user.last_seen, reverse=True)
    known = tuple(_row(user, at, state.blocked.holds(user.person)) for user in users)
    strangers = (one for one in state.blocked.blocks if not any(one.holds(user.person) for user in users))
    return (*known, *(PersonRow("", one.name or "(forgotten)", 0.0, 0.0, 0, True) for one in strangers))


def _row(user: UserState, at: float, blocked: bool) -> PersonRow:
    count = len(user.interaction_history)
    return PersonRow(user.user_id, user.display_name, faded(user, at), user.last_seen, count, blocked)


def is_called(user: UserState, name_or_id: str) -> bool:
    """Whether it is this person's id or name, in any case. A lookalike of another script is another letter."""
    plain, given = (unicodedata.normalize("NFC", name).casefold() for name in (user.display_name, name_or_id))
    return name_or_id == user.user_id or plain.strip() == given.strip()


def near(name_or_id: str, rows: Iterable[PersonRow]) -> Sequence[str]:
    """Names and ids similar to `name_or_id`, the most similar first."""
    by_name: dict[str, str] = {}
    for row in rows:
        by_name.setdefault(folded(row.display_name), row.display_name)
        if row.user_id:
            by_name.setdefault(row.user_id, row.user_id)
    found = get_close_matches(folded(name_or_id), by_name, n=NEAR, cutoff=0.5)
    return tuple(dict.fromkeys(by_name[key] for key in found))
