"""How knowing a person changes: pure transitions, each of which says what it touched.

A talk moves the relationship towards 1 by a part of the rest, the first one of a day by most, all else by less; it
halves in thirty idle days. The cost of an interaction does not grow with the number of people, except for copying one
dictionary."""

from collections.abc import Mapping

import msgspec

from actors.users.facts.fact import Fact, of_another_id
from actors.users.facts.notebook import bounded
from actors.users.learn import baseline_after, patterns_after, preferences_in
from actors.users.state import (
    HISTORY,
    LONGEST,
    NAMESAKES,
    PEOPLE,
    PREFERENCES,
    UsersState,
    UserState,
    find,
    nameless,
)
from actors.vocabulary.names import folded
from actors.vocabulary.values import Interaction, Person

GROWTH = (
    0.05  # of the first talk of a day; the second has a quarter of it, the third a ninth: friends take days
)
GROWTH_OF_LESS = 0.01
DAY = 86400.0
HALF_LIFE = 30 * DAY
LONGEST_KEY = 100

Path = tuple[str, ...]


class Change(msgspec.Struct, frozen=True):
    """A state, and where it may differ from the one before: nowhere else, and at none for no change."""

    state: UsersState
    paths: tuple[Path, ...] = ()


def faded(user: UserState, now: float) -> float:
    """The relationship level at `now` (epoch seconds), after the time without any interaction."""
    away = max(0.0, now - user.last_seen) if user.last_seen else 0.0
    return float(user.relationship_level * 0.5 ** (away / HALF_LIFE))


def profile_of(state: UsersState, person: Person) -> UserState | None:
    """The record of `person`; if only a name is given, of the only one with that name."""
    known = state.users.get(person.user_id)
    if known is None and person.user_id == nameless(person.name):
        namesakes = find(state, person.name)
        known = namesakes[0] if len(namesakes) == 1 else None
    return known


def interacted(state: UsersState, person: Person, interaction: Interaction, bot: str = "") -> Change:
    """`interaction` happened with `person`. Somebody unknown has no record, and gets none. bot: the bot's name."""
    if not person.is_known:
        return Change(state)
    user, absorbed = _met(state, person, interaction.at)
    interaction = msgspec.structs.replace(
        interaction, detail=interaction.detail[:LONGEST], reply=interaction.reply[:LONGEST]
    )
    user = _closer(user, interaction)
    user = msgspec.structs.replace(
        user,
        interaction_history=(*user.interaction_history, interaction)[-HISTORY:],
        conversation_patterns=patterns_after(user.conversation_patterns, interaction, bot),
    )
    if interaction.kind == "talk":
        user = _learned(user, interaction.detail)
    return filed(state, user, absorbed)


def _closer(user: UserState, interaction: Interaction) -> UserState:
    """`user`, to whom the bot is as close as this makes it."""
    level, talk, at = faded(user, interaction.at), interaction.kind == "talk", interaction.at
    today = user.today if user.last_seen // DAY == at // DAY and user.interaction_history else 0
    growth = (GROWTH if talk else GROWTH_OF_LESS) / (today + 1) ** 2
    new_day = talk and (not user.talked_at or user.talked_at // DAY != at // DAY)
    return msgspec.structs.replace(
        user,
        relationship_level=min(1.0, level + growth * (1.0 - level)),
        today=today + 1,
        talked_at=max(at, user.talked_at) if talk else user.talked_at,
        talk_days=user.talk_days + new_day,
    )


def called(state: UsersState, people: tuple[Person, ...]) -> Change:
    """`people` are called so now; who has no record under their id gets none."""
    paths: tuple[Path, ...] = ()
    for person in people:
        known = state.users.get(person.user_id)
        if known is None or known.display_name == person.name or not person.name:
            continue
        user, absorbed = _met(state, person, known.met_at)
        change = filed(state, user, absorbed)
        state, paths = change.state, (*paths, *change.paths)
    return Change(state, paths)


def remembered(state: UsersState, person: Person, facts: tuple[Fact, ...]) -> Change:
    """These are the facts that are kept in the record of `person`; somebody without a record gets none."""
    user = state.users.get(person.user_id)
    if user is None or user.facts == facts:
        return Change(state)
    return filed(state, msgspec.structs.replace(user, facts=facts), None)


def preferred(state: UsersState, person: Person, key: str, value: str, at: float = 0.0) -> Change:
    """`person` prefers `value` in the matter of `key`; "" for no longer. Beyond the limit the oldest is forgotten."""
    if not person.is_known or not key:
        return Change(state)
    user, absorbed = _met(state, person, at)
    return filed(state, msgspec.structs.replace(user, preferences=_prefers(user, key, value)), absorbed)


def _learned(user: UserState, text: str) -> UserState:
    for key, value in preferences_in(text):
        user = msgspec.structs.replace(user, preferences=_prefers(user, key, value))
    return msgspec.structs.replace(user, emotional_baseline=baseline_after(user.emotional_baseline, text))


def _prefers(user: UserState, key: str, value: str) -> Mapping[str, str]:
    kept = {name: said for name, said in user.preferences.items() if name != key[:LONGEST_KEY]}
    if value:
        kept[key[:LONGEST_KEY]] = value[:LONGEST]
    return dict(tuple(kept.items())[-PREFERENCES:])


def _met(state: UsersState, person: Person, at: float) -> tuple[UserState, UserState | None]:
    """The record of `person` under their present name, and the nameless one that turned out to be theirs."""
    known = profile_of(state, person)
    if known is not None and known.user_id != person.user_id:
        return known, None
    user = known or UserState(person.user_id, person.name, met_at=max(0.0, at))
    if user.display_name != person.name:
        user = msgspec.structs.replace(user, display_name=person.name)
    alias = state.users.get(nameless(person.name))
    if alias is None or alias.user_id == user.user_id or _others(state, person):
        return user, None
    return joined(user, alias), alias


def _others(state: UsersState, person: Person) -> bool:
    """Whether another person with a VRChat id has the same name."""
    mine = (person.user_id, nameless(person.name))
    return any(user.user_id not in mine for user in find(state, person.name))


def joined(user: UserState, alias: UserState) -> UserState:
    """`user` with all that was known under the mere name; of what both know `user`'s holds."""
    history = sorted((*alias.interaction_history, *user.interaction_history), key=lambda seen: seen.at)
    closer = max(user, alias, key=lambda one: one.relationship_level)
    return msgspec.structs.replace(
        user,
        relationship_level=closer.relationship_level,
        interaction_history=tuple(history[-HISTORY:]),
        preferences=dict(tuple({**alias.preferences, **user.preferences}.items())[-PREFERENCES:]),
        conversation_patterns=user.conversation_patterns or alias.conversation_patterns,
        emotional_baseline=closer.emotional_baseline,
        met_at=min(user.met_at, alias.met_at),
        facts=bounded((*_renamed_facts(alias, user), *user.facts), user.last_seen),
        talked_at=max(user.talked_at, alias.talked_at),
        talk_days=user.talk_days + alias.talk_days,
        today=user.today,
        revision=max(user.revision, alias.revision),
    )


def _renamed_facts(alias: UserState, user: UserState) -> tuple[Fact, ...]:
    """What was told under the mere name, as told by and of `user`."""
    return tuple(of_another_id(fact, alias.user_id, user.user_id) for fact in alias.facts)


def filed(state: UsersState, user: UserState, absorbed: UserState | None) -> Change:
    """`state` with this record, one revision on; where there are too many, without the one not seen for longest."""
    user = msgspec.structs.replace(user, revision=user.revision + 1)
    before = state.users.get(user.user_id)
    users = {**state.users, user.user_id: user}
    gone = [absorbed] if absorbed is not None else []
    if before is not None and folded(before.display_name) != folded(user.display_name):
        gone.append(before)
    if absorbed is not None:
        del users[absorbed.user_id]
    if len(users) > PEOPLE:
        oldest = min((one for one in users.values() if one is not user), key=lambda one: one.last_seen)
        del users[oldest.user_id]
        gone.append(oldest)
    names, renamed = _renamed(state.names, user, gone)
    ids = dict.fromkeys((user.user_id, *(one.user_id for one in gone)))
    touched = (*(("users", user_id) for user_id in ids), *(("names", name) for name in renamed))
    return Change(UsersState(users, names, state.blocked), touched)


def _renamed(
    names: Mapping[str, tuple[str, ...]], user: UserState, gone: list[UserState]
) -> tuple[Mapping[str, tuple[str, ...]], tuple[str, ...]]:
    """`names` with `user` under the present name and without those who are gone, and the names that changed."""
    keys = _keys(user)
    if not gone and all(user.user_id in names.get(key, ()) for key in keys):
        return names, ()
    changed = dict(names)
    for one in gone:
        for old in _keys(one):
            left = tuple(user_id for user_id in changed.pop(old, ()) if user_id != one.user_id)
            if left:
                changed[old] = left
    for key in keys:
        others = (user_id for user_id in changed.get(key, ()) if user_id != user.user_id)
        changed[key] = (*others, user.user_id)[-NAMESAKES:]
    touched = tuple(dict.fromkeys((*keys, *(key for one in gone for key in _keys(one)))))
    return changed, touched


def _keys(user: UserState) -> tuple[str, ...]:
    """Under which names `user` stands in the index."""
    return tuple(dict.fromkeys(map(folded, user.names)))
