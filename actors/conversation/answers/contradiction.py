"""What a weak model says against what is known: another name, or that it is a human being. Pure."""

import re

_NAME = re.compile(r"\b(?:my name is|my name's|i am called|call me|i go by)\s+[\"']?([^\W\d_][\w'-]*)", re.I)
_AI = (
    r"(?:an? )?(?:ai\b|a\.i|artificial|assistant|chatbot|bot\b|robot|language model|machine|program|computer)"
)
_HUMAN = re.compile(
    r"\b(?:i am|i'm|i was|as|being) (?:just |also |really |only |actually )?(?:an? |the )?(?:\w+ )?"
    r"(?:human|person|man|woman|boy|girl|guy|lady|student|teacher|doctor|writer|author|artist|musician|mother|father|mom|dad)\b"
    rf"|\b(?:i am|i'm) not (?:really |actually )?{_AI}"
    r"|\bmy (?:wife|husband|mother|father|mom|dad|parents|son|daughter|kids|children|brother|sister|boyfriend|girlfriend"
    r"|blog|website|office|body is|birthday|school|boss)\b"
    r"|\bi (?:was born|grew up|went to school|studied at|work (?:at|for|as)|live in (?!vrchat|this|your|a computer)|moved to)\b",
    re.I,
)
_DENIED = re.compile(r"\b(?:not|no|never)\b[^.!?]{0,20}$", re.I)
_PLAIN = str.maketrans({"’": "'"})


def contradicts(sentence: str, bot: str) -> bool:
    """Whether a sentence of the bot's own denies its name (`bot`) or that it is an AI."""
    plain = sentence.translate(_PLAIN)
    first = bot.split()[0].casefold() if bot.split() else ""
    if any(found[1].casefold() not in (first, bot.casefold()) for found in _NAME.finditer(plain)):
        return True
    found = _HUMAN.search(plain)
    return found is not None and not _denied(plain, found)


def _denied(plain: str, found: re.Match[str]) -> bool:
    """ "I am not a human" is true: the word before what was found, or within it, denies it."""
    said = found[0].casefold()
    inner = re.match(r"(?:i am|i'm) (?:\w+ )?(?:not|no)\b", said) and not re.search(_AI, said)
    return bool(inner) or bool(_DENIED.search(plain[: found.start()]))
