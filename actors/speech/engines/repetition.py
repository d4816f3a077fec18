"""Words that a recognizer says over and over: what it makes of laughter, of music, and of what it cannot know. Pure."""

import re
import zlib

# a phrase of up to eight words, four times or more; the same without spaces, for scripts that have none
_LOOP = re.compile(r"\b((?:[\w'’]+\W+){0,7}?[\w'’]+)(?:\W+\1\b){3,}", re.I)
_RUN = re.compile(r"([^\W\d_]{1,8}?)\1{5,}", re.I)
SQUEEZED = 2.4  # times; speech is below it


def once(text: str) -> str:
    """`text` with looped phrases said once, without punctuation at its ends."""
    return _LOOP.sub(lambda match: match[1], _RUN.sub(lambda match: match[1], text)).strip(" ,.!?")


def loops(text: str) -> bool:
    """Whether a part of `text` is said over and over."""
    return len(once(text)) < len(text.strip(" ,.!?")) or squeezes(text) > SQUEEZED


def squeezes(text: str) -> float:
    """How many times smaller the text gets by compression: that of speech is below 2.4, whatever the language."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0
