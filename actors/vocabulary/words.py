"""What the words of an utterance tell without a model: its subject, its mood, whether it asks. Pure, and cheap."""

import re
from collections.abc import Iterable
from functools import reduce

import regex

TOPIC_WORDS = 4
LONGEST_TOPIC = 80
"""Characters; a subject has a few words of a sentence, and a word may be of any length."""

_SMALL = frozenset(
    """
    a about am an and any are as at be been but can could did do does for from had has have he hello her
    hey hi him his how i if in is it its just know like me my no not of oh on or our please she so some
    tell than thank that the their them then there they think this to today too us was we well were what
    when where which who why will with would yes you your
    """.split()
)
_GLAD = frozenset(
    """
    great good love lovely nice happy fun awesome cool thanks thank wonderful amazing haha
    """.split()
)
_SAD = frozenset(
    """
    sad bad hate angry awful terrible sorry cry lonely tired hurt annoying stupid
    """.split()
)


_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u3000-\u303f\uff00-\uff65]{2}"
)
_STRIPPED = ".,;:!?\"'()"


def topic_of(text: str) -> str:
    """The words of `text` that carry its subject, at most four; "" when there are none."""
    words = [word for word in _words(text) if len(word) > 2 and word not in _SMALL]
    return " ".join(words[:TOPIC_WORDS])[:LONGEST_TOPIC]


def without_name(topic: str, name: str) -> str:
    """`topic` without the words of `name`: who is spoken to is not what is spoken of."""
    names = set(_words(name))
    return " ".join(word for word in topic.split() if word.casefold() not in names)


def valence_of(text: str) -> float:
    """How glad the words of `text` are, in [-1, 1]; 0 for neither glad nor sad, or both alike."""
    words = set(_words(text))
    glad, sad = len(words & _GLAD), len(words & _SAD)
    return (glad - sad) / (glad + sad) if glad or sad else 0.0


def arousal_of(text: str) -> float:
    """How excited `text` is, in [0, 1]: by its exclamation marks and its words in capitals."""
    words = [word.strip(_STRIPPED) for word in text.split()]
    loud = sum(len(word) > 1 and word.isupper() for word in words)
    return min(1.0, 0.3 * text.count("!") + (loud / len(words) if words else 0.0))


def tone_of(text: str) -> str:
    """positive, negative or neutral, by the words of `text`."""
    valence = valence_of(text)
    return "positive" if valence > 0 else "negative" if valence < 0 else "neutral"


def asks(text: str) -> bool:
    """Whether `text` ends in a question."""
    return text.rstrip(" \"')").endswith("?")


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of `text`, with their marks, without the space around them."""
    return tuple(sentence for part in _SENTENCE.findall(text) if (sentence := part.strip()).strip(_STRIPPED))


def joined(pieces: Iterable[str]) -> str:
    """The pieces of a text as one: with a space between them, but where the script has none."""
    return reduce(_join, pieces, "")


def _join(before: str, piece: str) -> str:
    if not before or not piece:
        return before + piece
    return before + ("" if _UNSPACED.fullmatch(before[-1] + piece[0]) else " ") + piece


def plain(text: str, longest: int) -> str:
    """`text` on one line, printable, in at most `longest` characters: fit to be quoted."""
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())[:longest].rstrip()


def _words(text: str) -> list[str]:
    return [word.strip(_STRIPPED).casefold() for word in text.split()]
