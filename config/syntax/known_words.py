"""Words that a message may show as they are, even from a text that cannot be parsed: those of the schema.

Whoever knows the schema says how to ask for them (config/__init__.py), so that reading a file does not load it."""

from collections.abc import Callable, Collection

__all__ = ["ask_for_words", "known_words"]

_source: Callable[[], Collection[str]] = frozenset


def ask_for_words(source: Callable[[], Collection[str]]) -> None:
    """Where to ask; asked when a mistake is found, and not before."""
    global _source
    _source = source


def known_words() -> Collection[str]:
    """All words that may be shown; none until somebody has said where to ask."""
    return _source()
