"""Looks for what is never said. Pure, and of the same result on every machine."""

import itertools
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from actors.conversation.wording.rules import Rules
from actors.conversation.wording.tokens import Token, forms, is_unspaced, plain, tokens
from config.schema.patterns import compiled

BEFORE = 240  # characters of what was said before that a word or pattern may begin in
_SHORTEST_STEM = 2
Span = tuple[int, int]


class Phrases:
    """Words and phrases, compiled to be found among the words of a text."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._first: dict[str, list[tuple[str, ...]]] = {}
        self._stems: set[str] = set()
        self._parts: list[str] = []
        self._by_length: dict[int, list[str]] = {}
        for phrase in phrases:
            self._add(plain(phrase).strip())

    def _add(self, phrase: str) -> None:
        stem = phrase.removesuffix("*")
        words = tuple(
            forms(one)[0] for one in phrase.replace("-", " ").replace("_", " ").split() if forms(one)
        )
        if stem != phrase and len(stem) >= _SHORTEST_STEM and " " not in stem:
            self._stems.add(stem)
        elif is_unspaced(phrase) or not any(one.isalnum() for one in phrase):
            self._parts.append("".join(phrase.split()))
        elif words:
            self._first.setdefault(words[0], []).append(words)
            if len(words) == 1:
                self._by_length.setdefault(len(words[0]), []).append(words[0])

    def find(self, text: str, words: tuple[Token, ...]) -> Iterator[Span]:
        """Where they stand in a plain text, whose words are `words`."""
        for number, token in enumerate(words):
            if any(self._is_one(form) for form in token.forms):
                yield token.start, token.stop
            for phrase in itertools.chain.from_iterable(self._first.get(form, ()) for form in token.forms):
                stretch = words[number : number + len(phrase)]
                if len(stretch) == len(phrase) and all(map(_stands, phrase, stretch)):
                    yield token.start, stretch[-1].stop
        yield from self._within(text)

    def _is_one(self, form: str) -> bool:
        if "*" in form and self._hidden(form):
            return True
        return any(form[:length] in self._stems for length in range(_SHORTEST_STEM, len(form) + 1))

    def _hidden(self, form: str) -> bool:
        """Whether a word with stars for some letters is one of these."""
        if 2 * form.count("*") > len(form):
            return False
        return any(all(map(_fits, form, word)) for word in self._by_length.get(len(form), ()))

    def _within(self, text: str) -> Iterator[Span]:
        """What no space sets apart: signs, and words of scripts without spaces."""
        for part in self._parts:
            if (at := text.find(part)) >= 0:
                yield at, at + len(part)


def _stands(word: str, token: Token) -> bool:
    return word in token.forms


def _fits(sign: str, letter: str) -> bool:
    return sign in ("*", letter)


class Matcher:
    """Rules, compiled."""

    def __init__(self, rules: Rules) -> None:
        self._words = Phrases(rules.words)
        self._allowed = Phrases(rules.allowed)
        self._patterns: tuple[Any, ...] = tuple(map(compiled, rules.patterns))

    def forbids(self, text: str, before: str = "") -> bool:
        """Whether `text`, said after `before`, says something that is never said; not if `before` alone did."""
        start = plain(before[-BEFORE:])
        whole = f"{start} {plain(text)}" if start else plain(text)
        found = [span for span in self._spans(whole) if span[1] > len(start)]
        if not found:
            return False
        allowed = list(self._allowed.find(whole, tokens(whole)))
        return any(not any(a <= start and stop <= b for a, b in allowed) for start, stop in found)

    def _spans(self, text: str) -> Iterator[Span]:
        yield from self._words.find(text, tokens(text))
        for pattern in self._patterns:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield match.start(), match.end()


@lru_cache(maxsize=8)
def matcher(rules: Rules) -> Matcher:
    """The compiled form of `rules`."""
    return Matcher(rules)
