"""Replaces people's words by made-up ones, equal words by equal ones, so that a session can become a test. Pure."""

import enum
import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from actors.kernel.message import Message
from supervisor.trace.write.redaction import WORDLESS

_WORD = re.compile(r"[^\W\d_]+|\d+")
_CONSONANTS, _VOWELS = "bdfghklmnprstvw", "aeiou"
NOBODY = frozenset({"unknown"})
"""Placeholder names, which are not replaced."""
SHORT = 2
"""Most letters of a word that is not replaced: short words are grammar."""


class Anonymizer:
    """key: the new words derive from it; without it the old words cannot be recovered."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """The text with other words of the same length and other digits; capitals and punctuation stay."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def message(self, message: Message) -> Message:
        """The message with other words in all fields but supervisor.trace.write.redaction.WORDLESS."""
        made: Message = self._value(message, "")
        return made

    def _word(self, word: str) -> str:
        if not word.isdigit() and len(word) <= SHORT:
            return word
        plain = word.lower()
        if plain not in self._known:
            self._known[plain] = self._other(plain)
        other = self._known[plain]
        return "".join(
            b.upper() if a.isupper() else b for a, b in zip(word, other.ljust(len(word), "n"), strict=False)
        )

    def _other(self, word: str) -> str:
        seed = hashlib.blake2b(word.encode(), digest_size=64, key=self._key).digest()
        if word.isdigit():
            return "".join(str(seed[n % 64] % 10) for n in range(len(word)))
        kinds = (_CONSONANTS, _VOWELS)
        return "".join(kinds[n % 2][seed[n % 64] % len(kinds[n % 2])] for n in range(len(word)))

    def _value(self, value: Any, name: str) -> Any:
        if isinstance(value, enum.Enum):
            return value
        if isinstance(value, str):
            return value if name in WORDLESS or value in NOBODY else self.text(value)
        if isinstance(value, msgspec.Struct):
            fields = {field: self._value(getattr(value, field), field) for field in value.__struct_fields__}
            return msgspec.structs.replace(value, **fields)
        if isinstance(value, tuple):
            return tuple(self._value(item, name) for item in value)
        if isinstance(value, frozenset):
            return frozenset(self._value(item, name) for item in value)
        if isinstance(value, Mapping):
            return {self._value(key, name): self._value(item, name) for key, item in value.items()}
        return value
