"""What is known of each person, and how knowing them changes: pure transitions on frozen values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from actors.vocabulary.values import Interaction, Person

HISTORY = 200
"""Interactions kept per person."""


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
