"""Words of the schema: messages may show them even from a text that cannot be parsed.

config/__init__.py supplies them, so that reading a file does not load the schema."""

from collections.abc import Callable, Collection

_source: Callable[[], Collection[str]] = frozenset


def ask_for_words(source: Callable[[], Collection[str]]) -> None:
    """Where to ask; asked when a mistake is found, and not before."""
    global _source
    _source = source


def known_words() -> Collection[str]:
    """All words that may be shown; none before `ask_for_words`."""
    return _source()
