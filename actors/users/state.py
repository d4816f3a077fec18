"""What is known of each person, and how knowing them changes: pure transitions on frozen values.

The relationship grows towards 1 with every talk, by a tenth of what is missing, and fades by half in thirty days
without any.
"""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.values import Interaction, Person

__all__ = [
    "HISTORY",
    "PEOPLE",
    "EmotionalState",
    "Pattern",
    "UserState",
    "UsersState",
    "faded",
    "interacted",
    "met",
    "preferred",
]

HISTORY = 200
"""Interactions kept per person."""

PEOPLE = 10_000
"""People kept; beyond it the one not seen for the longest time is forgotten."""

PATTERNS = 32
PREFERENCES = 64
LONGEST = 1000
"""Characters of a text that are kept."""
GROWTH = 0.1
HALF_LIFE = 30 * 86400.0


class Pattern(msgspec.Struct, frozen=True):
    """A habit of a person: what kind of thing they do, and how often it was seen."""

    kind: str
    count: int = 1


class EmotionalState(msgspec.Struct, frozen=True):
    """Valence and arousal, each in [-1, 1]; 0 is neutral."""

    valence: float = 0.0
    arousal: float = 0.0


class UserState(msgspec.Struct, frozen=True):
    """One person. relationship_level is in [0, 1]: 0 a stranger, 1 an old friend."""

    user_id: str
    display_name: str
    relationship_level: float = 0.0
    interaction_history: tuple[Interaction, ...] = ()
    preferences: Mapping[str, str] = {}
    conversation_patterns: tuple[Pattern, ...] = ()
    emotional_baseline: EmotionalState = EmotionalState()

    @property
    def last_seen(self) -> float:
        """Epoch seconds of the newest interaction; 0 for none."""
        return self.interaction_history[-1].at if self.interaction_history else 0.0


class UsersState(msgspec.Struct, frozen=True):
    """Everybody, by user id."""

    users: Mapping[str, UserState] = {}


def met(state: UsersState, person: Person) -> UserState:
    """The record of `person` under their present name, a new one for somebody never met."""
    known = state.users.get(person.user_id)
    if known is None:
        return UserState(person.user_id, person.name)
    return (
        known
        if known.display_name == person.name
        else msgspec.structs.replace(known, display_name=person.name)
    )


def faded(user: UserState, now: float) -> float:
    """The relationship level at `now` (epoch seconds), after the time without any interaction."""
    away = max(0.0, now - user.last_seen) if user.last_seen else 0.0
    return float(user.relationship_level * 0.5 ** (away / HALF_LIFE))


def interacted(state: UsersState, person: Person, interaction: Interaction) -> UsersState:
    """`interaction` happened with `person`. Somebody unknown has no record, and gets none."""
    if not person.is_known:
        return state
    user = met(state, person)
    level = faded(user, interaction.at)
    interaction = msgspec.structs.replace(interaction, detail=interaction.detail[:LONGEST])
    user = msgspec.structs.replace(
        user,
        relationship_level=min(1.0, level + GROWTH * (1.0 - level)),
        interaction_history=(*user.interaction_history, interaction)[-HISTORY:],
        conversation_patterns=_seen(user.conversation_patterns, interaction.kind),
    )
    return UsersState(_bounded({**state.users, user.user_id: user}))


def preferred(state: UsersState, person: Person, key: str, value: str) -> UsersState:
    """`person` prefers `value` in the matter of `key`; "" for no longer. Beyond the limit the oldest is forgotten."""
    if not person.is_known or not key:
        return state
    user = met(state, person)
    kept = {name: said for name, said in user.preferences.items() if name != key[:LONGEST]}
    if value:
        kept[key[:LONGEST]] = value[:LONGEST]
    newest = dict(tuple(kept.items())[-PREFERENCES:])
    user = msgspec.structs.replace(user, preferences=newest)
    return UsersState(_bounded({**state.users, user.user_id: user}))


def _seen(patterns: tuple[Pattern, ...], kind: str) -> tuple[Pattern, ...]:
    if any(pattern.kind == kind for pattern in patterns):
        return tuple(Pattern(p.kind, p.count + 1) if p.kind == kind else p for p in patterns)
    return (*patterns, Pattern(kind))[-PATTERNS:]


def _bounded(users: Mapping[str, UserState]) -> Mapping[str, UserState]:
    if len(users) <= PEOPLE:
        return users
    oldest = min(users.values(), key=lambda user: user.last_seen)
    return {user_id: user for user_id, user in users.items() if user_id != oldest.user_id}
