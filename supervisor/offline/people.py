"""The people that Gerald remembers, as the commands and the page show them."""

import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from actors.users.listing import page_of
from actors.users.state import PEOPLE, Fact, PersonRow, UsersState, UserState
from actors.vocabulary.blocks import MOST as BLOCKS
from actors.vocabulary.kept_voices import ENDING, voices_in
from actors.vocabulary.names import folded
from actors.vocabulary.values import person_named, tombstone

NEAR = 3
EVERYBODY = PEOPLE + BLOCKS


def rows_of(state: UsersState, now: float | None = None) -> tuple[PersonRow, ...]:
    """All people, the last seen first. now: epoch seconds."""
    return page_of(state, time.time() if now is None else now, count=EVERYBODY).rows


def is_called(user: UserState, name_or_id: str) -> bool:
    """Whether it is this person's id or name, in any case. A lookalike of another script is another letter."""
    return name_or_id == user.user_id or any(_plain(name) == _plain(name_or_id) for name in user.names)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()


def near(name_or_id: str, rows: Iterable[PersonRow]) -> Sequence[str]:
    """Names and ids similar to `name_or_id`, the most similar first."""
    by_name: dict[str, str] = {}
    for row in rows:
        by_name.setdefault(folded(row.display_name), row.display_name)
        if row.user_id:
            by_name.setdefault(row.user_id, row.user_id)
    found = get_close_matches(folded(name_or_id), by_name, n=NEAR, cutoff=0.5)
    return tuple(dict.fromkeys(by_name[key] for key in found))


def everything_of(user: UserState, told: tuple[Fact, ...], *, voice_kept: bool) -> dict[str, Any]:
    """The record as plain data, what the person told of others, and whether their voice is kept, which is not data
    that anybody could read."""
    person, others = msgspec.to_builtins(user), msgspec.to_builtins(told)
    return {"person": person, "told_of_others": others, "voice_kept": voice_kept}


def voice_kept(home: Path, user: UserState) -> bool:
    """Whether the home keeps how their voice sounds, under any of their names."""
    return any((voices_in(home) / f"{tombstone(one)}{ENDING}").is_file() for one in _ids(user))


def _ids(user: UserState) -> Iterator[str]:
    yield user.user_id
    yield from (person_named(name).user_id for name in user.names)
