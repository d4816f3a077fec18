"""What the bot answers to "What do you know of me?": sentences about who asks, in their own words turned. Pure."""

import re
from collections.abc import Iterable

from actors.users.facts.days import day_name
from actors.users.facts.fact import Fact, worth
from actors.users.facts.sentence import folded_clause

TOLD = 6  # facts in one answer
NOTHING = "So far I know nothing about you. Tell me something, and I will remember it."
MORE = "That is not all: ask me about anything else."
KEPT = "Some of what you told me I only tell you when we are alone."

_ASKED = re.compile(
    r"\bwhat (?:all )?(?:do|can) you (?:still )?(?:know|remember|recall|tell me|have stored|store|save) (?:about|of|on) me\b"
    r"|\bwhat have you (?:stored|saved|remembered|learned|noted) (?:about|of|on) me\b|\btell me (?:what|everything) you know (?:about|of) me\b"
    r"|\bdo you know anything about me\b"
)
_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "we": "we", "us": "us",
    "i'm": "you're", "i've": "you've", "i'll": "you'll", "i'd": "you'd", "you": "me", "your": "my", "yours": "mine",
}  # fmt: skip
_WORDS = re.compile(r"[\w']+|[^\w']+")


def asks_for_account(text: str) -> bool:
    """Whether `text` asks what is known of who says it."""
    return _ASKED.search(folded_clause(text.replace("’", "'"))) is not None


def account(facts: Iterable[Fact], asker: str, now: float, alone: bool = True) -> tuple[str, ...]:
    """What `asker` told, what matters most first, in a few sentences; before others nothing told in confidence."""
    told = [fact for fact in facts if fact.source == asker]
    mine = [fact for fact in told if alone or not fact.private]
    best = sorted(mine, key=lambda fact: (worth(fact, now), fact.at), reverse=True)
    said = tuple(_sentence(fact) for fact in best[:TOLD])
    rest = [*([MORE] if len(best) > TOLD else []), *([KEPT] if len(mine) < len(told) else [])]
    return (*said, *rest) or (NOTHING,)


def turned(text: str) -> str:
    """`text` in the second person: "I live in Bergen" as "You live in Bergen"."""
    words = _WORDS.findall(text)
    after = ["".join(words[:place]).rstrip().casefold() for place in range(len(words))]
    told = "".join(
        "were"
        if word.casefold() == "was" and before.endswith((" i", "i")) and before.split()[-1:] == ["i"]
        else _TURNED.get(word.casefold(), word)
        for word, before in zip(words, after, strict=True)
    )
    return told[:1].upper() + told[1:]


def _sentence(fact: Fact) -> str:
    when = f" ({day_name(fact.when)})" if fact.when else ""
    if fact.kind in ("promise", "plan", "remember") or not fact.is_of_who_said_it:
        return f"You said: {turned(fact.text)}{when}."
    return f"{turned(fact.text)}{when}."
