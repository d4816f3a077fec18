"""What somebody says, as the clauses that rules look at: in lower case, without marks, and without the bot's name. Pure."""

import re
from collections.abc import Iterator

MOST = 6  # clauses of one utterance that are looked at; who says more wants more than a rule can answer
LONGEST = 300  # characters of an utterance that rules look at

_END = re.compile(r"[.!?…;。！？¿¡\n]+|\s[-–—]\s")
_COMMA = re.compile(r",+")
_LEAD = re.compile(
    r"^(?:um+|uh+|erm?|hm+|oh|ah|so|well|okay|ok|and|but|please|by the way|tell me|can you tell me|could you tell me"
    r"|do you know|i wonder|sag mal|also|dis|dis-moi|dime|dimmi|diz-me)\b[ ,]*"
)
_TAIL = re.compile(
    r"[ ,]*\b(?:please|then|today|right now|now|again|too|bitte|s'il te plaît|por favor|per favore)$"
)
_SPACE = re.compile(r"\s+")


def clauses_of(text: str, bot: str) -> tuple[str, ...]:
    """The clauses of `text` between full stops; () where it is too long for a rule."""
    if len(text) > LONGEST:
        return ()
    name = re.compile(rf"(?:[ ,]*\b{re.escape(bot.casefold())}\b[ ,]*)")
    parts = (_plain(name.sub(", ", part)) for part in _END.split(folded_text(text)))
    found = tuple(part for part in parts if part)
    return found if len(found) <= MOST else ()


def parts_of(clause: str) -> tuple[str, ...]:
    """A clause at its commas."""
    return tuple(part for one in _COMMA.split(clause) if (part := _plain(one)))


def bare_forms(clause: str) -> tuple[str, ...]:
    """A clause as it is, then without each of the words that lead in, then without each of those that trail."""
    led = (clause, *_shortened(clause, _LEAD))
    return tuple(dict.fromkeys((*led, *_shortened(led[-1], _TAIL))))


def _shortened(clause: str, pattern: re.Pattern[str]) -> Iterator[str]:
    while (shorter := pattern.sub("", clause)) != clause and shorter:
        yield shorter
        clause = shorter


def folded_text(text: str) -> str:
    """`text` in lower case, with plain apostrophes; a letter may become two."""
    return text.casefold().replace("’", "'").replace("´", "'")


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip(' ,:"()')
