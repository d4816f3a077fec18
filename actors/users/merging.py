"""Two entries of one person become one, as the owner says. Pure."""

from collections.abc import Mapping

import msgspec

from actors.users.acquaintance import Change, Path, filed, joined
from actors.users.facts.erasure import without_erased
from actors.users.facts.fact import of_another_id
from actors.users.state import NAMES, EmotionalState, UsersState, UserState, find
from actors.vocabulary.blocks import block_of
from actors.vocabulary.names import folded
from actors.vocabulary.values import UNKNOWN, Person, person_named, tombstone


class Merging(msgspec.Struct, frozen=True):
    """The state then. into: whose entry stays. absorbed: whose is gone. why_not: why nothing changes."""

    change: Change
    into: Person = UNKNOWN
    absorbed: Person = UNKNOWN
    why_not: str = ""


def the_one(state: UsersState, name_or_id: str) -> UserState | str:
    """The only entry that goes by this; else why there is none."""
    found = find(state, name_or_id.strip())
    if len(found) == 1:
        return found[0]
    if not found:
        return f"nobody is known by {name_or_id[:100]!r}"
    ids = ", ".join(user.user_id for user in found)
    return f"several go by {name_or_id[:100]!r}; say which id: {ids}"


def merged_entries(state: UsersState, one: str, other: str, erased: Mapping[str, float]) -> Merging:
    """The entries `one` and `other` (ids or names) as one. The entry of an account stays; of two that are known by name
    only the second. Of two accounts, nothing changes: each will be met again.

    erased: when whom was forgotten; nothing from before comes back by it."""
    first, second = the_one(state, one), the_one(state, other)
    if isinstance(first, str) or isinstance(second, str):
        return Merging(Change(state), why_not=first if isinstance(first, str) else str(second))
    absorbed, into = (first, second) if first.is_named_only else (second, first)
    also = _also_called(into, absorbed)
    if why := _why_not(absorbed, into, also):
        return Merging(Change(state), why_not=why)
    users = _pointing(state.users, absorbed.user_id, into.user_id, erased)
    user = joined(users[into.user_id], _after(absorbed, erased.get(tombstone(into.user_id), -1.0)))
    changed = {user_id: one for user_id, one in users.items() if one is not state.users[user_id]}
    user = msgspec.structs.replace(user, also_called=also, facts=without_erased(user.facts, erased))
    change = filed(UsersState(users, state.names, state.blocked), user, absorbed)
    paths: tuple[Path, ...] = (*change.paths, *(("users", user_id) for user_id in changed))
    merged = _blocked_alike(change.state, user, absorbed)
    paths = (*paths, ("blocked",)) if merged.blocked != state.blocked else paths
    return Merging(Change(merged, tuple(dict.fromkeys(paths))), user.person, absorbed.person)


def _also_called(into: UserState, absorbed: UserState) -> tuple[str, ...]:
    names = {folded(name): name for name in (*into.also_called, *absorbed.names)}
    names.pop(folded(into.display_name), None)
    return tuple(names.values())


def _why_not(absorbed: UserState, into: UserState, also: tuple[str, ...]) -> str:
    if absorbed.user_id == into.user_id:
        return "that is one entry already"
    if not absorbed.is_named_only:
        return (
            f"{into.display_name} and {absorbed.display_name} have an account each: only an entry that is known by"
            " name alone can be merged into another"
        )
    return f"{into.display_name} would have more than {NAMES} other names" if len(also) > NAMES else ""


def _after(user: UserState, at: float) -> UserState:
    """`user` without all from before `at` (epoch seconds), when the person was forgotten under another id."""
    if user.met_at > at:
        return user
    later = tuple(one for one in user.interaction_history if one.at > at)
    return UserState(
        user.user_id,
        user.display_name,
        interaction_history=later,
        met_at=min((one.at for one in later), default=float("inf")),
        revision=user.revision,
        facts=tuple(fact for fact in user.facts if fact.at > at),
        emotional_baseline=EmotionalState(),
        also_called=user.also_called,
    )


def _pointing(
    users: Mapping[str, UserState], old: str, new: str, erased: Mapping[str, float]
) -> dict[str, UserState]:
    """The records of all, whose facts say `new` where they said `old`."""
    return {user_id: _pointed(user, old, new, erased) for user_id, user in users.items()}


def _pointed(user: UserState, old: str, new: str, erased: Mapping[str, float]) -> UserState:
    facts = tuple(of_another_id(fact, old, new) for fact in user.facts)
    if all(fact is before for fact, before in zip(facts, user.facts, strict=True)):
        return user
    facts = without_erased(facts, erased)
    return msgspec.structs.replace(user, facts=facts, revision=user.revision + 1)


def _blocked_alike(state: UsersState, user: UserState, absorbed: UserState) -> UsersState:
    """Blocked under one of the names is blocked under all."""
    if not any(state.blocked.holds(one) for one in (user.person, absorbed.person)):
        return state
    block = block_of((user.person, *map(person_named, user.also_called)))
    return msgspec.structs.replace(state, blocked=state.blocked.adding(block))
