"""What is known of each person, as frozen values with their bounds. How it changes is in `acquaintance.py`."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from actors.users.facts.erasure import without_erased, without_naming
from actors.users.facts.fact import Fact as Fact
from actors.users.facts.fact import Recalled as Recalled
from actors.users.facts.fact import fact_faults
from actors.vocabulary.blocks import MOST as BLOCKS
from actors.vocabulary.blocks import Block as Block
from actors.vocabulary.blocks import Blocks as Blocks
from actors.vocabulary.names import folded
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Interaction, Person, person_named, tombstone

HISTORY = 20  # Interactions kept per person. The limits here keep ten thousand people within some hundred megabytes.

PEOPLE = 10_000  # people kept; beyond it the one not seen for the longest time is forgotten

PATTERNS = 32
PREFERENCES = 64
NAMESAKES = 8  # people remembered under one display name
NAMES = 8  # names of one person besides the present one

LONGEST = 500  # characters of a text that are kept


@durable("users.Pattern")
class Pattern(msgspec.Struct, frozen=True, gc=False):
    """A habit and how often it was seen. kind: talk, touch, `question`, `topic:WORD` or `hours:FROM-TO` (UTC)."""

    kind: str
    count: int = 1


@durable("users.EmotionalState")
class EmotionalState(msgspec.Struct, frozen=True, gc=False):
    """Valence and arousal, each in [-1, 1]; 0 is neutral."""

    valence: float = 0.0
    arousal: float = 0.0


@durable("users.UserState")
class UserState(msgspec.Struct, frozen=True):
    """One person. relationship_level: 0 a stranger, 1 an old friend. emotional_baseline: their usual mood.

    preferences: by subject, `{"tea": "likes", "favourite colour": "blue", "called": "Mio"}`. met_at: epoch seconds of
    the first meeting. revision: counts the changes of this record. facts: what they told, and what others told of them.
    talked_at: epoch seconds of the last talk, 0 before the first. talk_days: days with a talk. today: interactions of
    the day of the last one. also_called: names of entries that the owner said are this person's, too."""

    user_id: str
    display_name: str
    relationship_level: float = 0.0
    interaction_history: tuple[Interaction, ...] = ()
    preferences: Mapping[str, str] = {}
    conversation_patterns: tuple[Pattern, ...] = ()
    emotional_baseline: EmotionalState = EmotionalState()
    met_at: float = 0.0
    revision: int = 0
    facts: tuple[Fact, ...] = ()
    talked_at: float = 0.0
    talk_days: int = 0
    today: int = 0
    also_called: tuple[str, ...] = ()

    @property
    def has_talked(self) -> bool:
        """Whether they ever talked, and not only touched."""
        return self.talked_at > 0.0 or any(one.kind == "talk" for one in self.interaction_history)

    @property
    def last_seen(self) -> float:
        """Epoch seconds of the newest interaction; of the first meeting where there is none."""
        return self.interaction_history[-1].at if self.interaction_history else self.met_at

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that they are known by, the present one first."""
        return (self.display_name, *self.also_called)

    @property
    def is_named_only(self) -> bool:
        """Whether only the name is known, and no account."""
        return self.user_id.startswith("name:") and self.user_id == nameless(self.display_name)

    @property
    def person(self) -> Person:
        """Whose record this is."""
        return Person(self.user_id, self.display_name)


@durable("users.UsersState")
class UsersState(msgspec.Struct, frozen=True):
    """Everybody, by user id. names: an index of user ids by folded name, newest last; `find` checks it.

    blocked: with whom the bot has nothing to do."""

    users: Mapping[str, UserState] = {}
    names: Mapping[str, tuple[str, ...]] = {}
    blocked: Blocks = Blocks()


Order = Literal["seen", "name", "known"]


@durable("users.PersonRow")
class PersonRow(msgspec.Struct, frozen=True):
    """A person in short. relationship: at present, in [0, 1]. last_seen: epoch seconds. blocked: the bot has
    nothing to do with them; who is blocked and was never met, or is forgotten, has no id. talk_days: days with a talk.
    facts: how many are kept. named_only: no account is known."""

    user_id: str
    display_name: str
    relationship: float
    last_seen: float
    interactions: int
    blocked: bool = False
    talk_days: int = 0
    facts: int = 0
    named_only: bool = False
    also_called: tuple[str, ...] = ()


def faults_of(user: UserState) -> tuple[str, ...]:
    """What is invalid in a record."""
    feelings = (user.emotional_baseline.valence, user.emotional_baseline.arousal)
    checks = {
        "relationship_level is not in [0, 1]": not 0.0 <= user.relationship_level <= 1.0,
        "emotional_baseline is not in [-1, 1]": not all(-1.0 <= value <= 1.0 for value in feelings),
        "met_at is negative": not user.met_at >= 0.0,
        "revision is negative": user.revision < 0,
        f"more than {HISTORY} interactions": len(user.interaction_history) > HISTORY,
        f"more than {PREFERENCES} preferences": len(user.preferences) > PREFERENCES,
        f"more than {PATTERNS} patterns": len(user.conversation_patterns) > PATTERNS,
        f"more than {NAMES} names": len(user.also_called) > NAMES,
    }
    return (*(fault for fault, found in checks.items() if found), *fact_faults(user.facts))


def faults(state: UsersState, before: UsersState | None = None) -> tuple[str, ...]:
    """What is invalid in `state`. Records of the valid `before` are not checked again."""
    known = before.users if before is not None else {}
    found = [*_too_many(state)]
    if state.users is known:
        return tuple(found)
    for key, user in state.users.items():
        if known.get(key) is user:
            continue
        if user.user_id != key:
            found.append(f"{key}: the record says it is {user.user_id}")
        found += [f"{key}: {fault}" for fault in faults_of(user)]
    return tuple(found)


def faults_at(state: UsersState, paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """As `faults`, of a state that differs from a valid one at these paths only: others are not checked."""
    ids = [path[1] for path in paths if path[0] == "users"]
    touched = {user_id: state.users[user_id] for user_id in ids if user_id in state.users}
    return (*_too_many(state), *faults(UsersState(touched)))


def without(state: UsersState, tombstones: Mapping[str, float]) -> UsersState:
    """`state` without erased people, and without what others know of them or from them.

    tombstones: epoch seconds of each request by `tombstone(user_id)`.

    Somebody met again after it is a new acquaintance, and stays."""
    if not tombstones:
        return state
    gone = {
        user_id
        for user_id, user in state.users.items()
        if (at := tombstones.get(tombstone(user_id))) is not None and user.met_at <= at
    }
    left = {user_id: user for user_id, user in state.users.items() if user_id not in gone}
    users = {user_id: _without_mention(user, tombstones) for user_id, user in left.items()}
    blocks = state.blocked.nameless(frozenset(tombstones))
    same = blocks == state.blocked and all(users[user_id] is user for user_id, user in left.items())
    if not gone and same:
        return state
    kept = {name: tuple(i for i in ids if i not in gone) for name, ids in state.names.items()}
    return UsersState(users, {name: ids for name, ids in kept.items() if ids}, blocks)


def _without_mention(user: UserState, tombstones: Mapping[str, float]) -> UserState:
    """The record without what it says of others who are erased."""
    facts = without_erased(user.facts, tombstones)
    history = without_naming(user.interaction_history, tombstones)
    if facts is user.facts and history is user.interaction_history:
        return user
    return msgspec.structs.replace(user, facts=facts, interaction_history=history, revision=user.revision + 1)


def find(state: UsersState, name_or_id: str) -> tuple[UserState, ...]:
    """Who has this id, else everybody who goes by this name in any case, the last seen first."""
    known = state.users.get(name_or_id)
    if known is not None:
        return (known,)
    key = folded(name_or_id)
    ids = state.names.get(key) or _listed_otherwise(state, key)
    records = (state.users.get(user_id) for user_id in ids)
    found = [user for user in records if user is not None and key in map(folded, user.names)]
    return tuple(sorted(found, key=lambda user: user.last_seen, reverse=True))


def told_of_others(state: UsersState, user: UserState) -> tuple[Fact, ...]:
    """What `user` told that stands in the records of others. Looks through everybody."""
    others = (one for one in state.users.values() if one.user_id != user.user_id)
    return tuple(fact for one in others for fact in one.facts if fact.source == user.user_id)


def _listed_otherwise(state: UsersState, key: str) -> tuple[str, ...]:
    """Whoever is in the list under an older key: names that were folded in case only."""
    return tuple(user_id for name, ids in state.names.items() if folded(name) == key for user_id in ids)


def _too_many(state: UsersState) -> tuple[str, ...]:
    sizes = {
        "people": (len(state.users), PEOPLE),
        "names": (len(state.names), PEOPLE),
        "blocked": (len(state.blocked.blocks), BLOCKS),
    }
    return tuple(f"{size} {what}, at most {most}" for what, (size, most) in sizes.items() if size > most)


def nameless(name: str) -> str:
    """The id of a person known by `name` only."""
    return person_named(name).user_id
