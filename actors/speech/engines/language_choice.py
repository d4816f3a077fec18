"""Which language an utterance is in, by what the model holds probable. Pure."""

from collections.abc import Mapping

import msgspec

SURE = 0.6  # from this probability on a language counts as found
CLEAR = -0.6  # English of which each part of a word is as probable as this (mean of logarithms) is English
CLEAR_SHORT = -1.3  # the same of a word or two, which are less probable as such
SHORT = 1.2  # seconds of sound in which no language is to be found: it is the expected one
DOUBTFUL = -0.7  # a language that is found, of which the words are less probable than this, may be another
FAMILIAR = (
    0.3  # by how much more probable its words must be for a language to be taken in place of the expected one
)
CONTENDERS = 3  # languages that are tried, beside the expected one
# spoken by nobody here, but found by Whisper in whatever is unclear
_DEAD = frozenset(("la", "sa"))


class FoundLanguage(msgspec.Struct, frozen=True):
    """A language by its code, and how probable it is among those that may be spoken."""

    language: str
    certainty: float

    @property
    def sure(self) -> bool:
        """Whether to go by it alone."""
        return self.certainty >= SURE


class LanguageChoice(msgspec.Struct, frozen=True):
    """allowed: the languages that may be spoken; none for every living one."""

    allowed: frozenset[str] = frozenset()

    def among(self, probabilities: Mapping[str, float]) -> tuple[FoundLanguage, ...]:
        """Those that may be spoken, the most probable first; certainties add up to 1."""
        held = {code: one for code, one in probabilities.items() if self.allows(code)}
        whole = sum(held.values()) or 1.0
        found = (FoundLanguage(code, one / whole) for code, one in held.items())
        return tuple(sorted(found, key=lambda one: -one.certainty))

    def allows(self, code: str) -> bool:
        """Whether this may be spoken."""
        return code in self.allowed if self.allowed else code not in _DEAD


def contenders(found: tuple[FoundLanguage, ...], expected: str) -> tuple[FoundLanguage, ...]:
    """The languages worth trying where none is sure: the most probable ones, and the one that is expected."""
    most = found[:CONTENDERS]
    return (*most, *(one for one in found[CONTENDERS:] if one.language == expected))


def weight(log_probability: float, language: str, expected: str) -> float:
    """What decides between contenders: how probable the words are, a little in favour of what is expected."""
    return log_probability + (FAMILIAR if language == expected else 0.0)
