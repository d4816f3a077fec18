"""Does a reply repeat the bot's own instructions? Pure."""

import re
from functools import lru_cache

from actors.conversation.instructions import EARLIER, RULES
from config.schema import Bot

OF_RULES = 7  # words in a row that nobody says by chance
OF_PERSONA = 12  # the same of what the owner wrote, in which the bot may speak of itself
_BEFORE = 160  # characters of what was said before that count too
_WORD = re.compile(r"[^\W_]+")


def repeats_instructions(bot: Bot, text: str, before: str = "") -> bool:
    """Whether `text`, said after `before`, goes on repeating the instruction word by word."""
    start, new = _words(before[-_BEFORE:]), _words(text)
    whole = start + new
    for told, run in _instructions(bot.name, bot.personality, bot.speaking_style):
        first = max(0, len(start) - run + 1)
        if any(whole[at : at + run] in told for at in range(first, len(whole) - run + 1)):
            return True
    return False


@lru_cache(maxsize=4)
def _instructions(name: str, *persona: str) -> tuple[tuple[frozenset[tuple[str, ...]], int], ...]:
    rules = frozenset(
        run
        for text in (*RULES, EARLIER, f"You are {name}, an AI with a body")
        for run in _runs(text, OF_RULES)
    )
    own = frozenset(run for text in persona for run in _runs(text, OF_PERSONA))
    return (rules, OF_RULES), (own, OF_PERSONA)


def _runs(text: str, length: int) -> list[tuple[str, ...]]:
    words = _words(text)
    return [words[at : at + length] for at in range(len(words) - length + 1)]


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))
