"""Names in what people say. Pure."""

import re
from collections.abc import Callable
from functools import lru_cache

NAME_WORDS = 3  # words of a name that is looked for


def named_in(text: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """The names in `text` that somebody goes by, each once."""
    words = _words(text)
    found: dict[str, None] = {}
    for first in range(len(words)):
        for count in range(NAME_WORDS, 0, -1):
            name = " ".join(words[first : first + count])
            if len(words) - first >= count and len(name) > 1 and known(name):
                found[name] = None
                break
    return tuple(found)


def proper_in(text: str) -> tuple[str, ...]:
    """What looks like a name in `text`, but for its first word, which has a capital anyhow."""
    return capitalised_in(text.partition(" ")[2])


@lru_cache(4096)
def capitalised_in(text: str) -> tuple[str, ...]:
    """The words of `text` with a capital, each alone and with the next ones that have one too."""
    words = _words(text)
    found: dict[str, None] = {}
    for first in range(len(words)):
        for count in range(1, NAME_WORDS + 1):
            run = words[first : first + count]
            if (
                len(run) == count
                and all(word[0].isupper() for word in run)
                and run[0] not in ("I", "I'm", "I've")
            ):
                found[" ".join(run)] = None
    return tuple(found)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s,.;:!?\"()]+", re.sub(r"['’]s\b", "", text))
