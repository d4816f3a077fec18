"""What the bot answers to "What do you know of me?": sentences about who asks, in their own words turned. Pure."""

import re
from collections.abc import Iterable

from actors.users.facts.days import day_name
from actors.users.facts.fact import Fact, worth
from actors.users.facts.sentence import folded_clause
from actors.vocabulary.second_person import turned

TOLD = 6  # facts in one answer
NOTHING = "So far I know nothing about you. Tell me something, and I will remember it."
MORE = "That is not all: ask me about anything else."
KEPT = "Some of what you told me I only tell you when we are alone."

_ASKED = re.compile(
    r"\bwhat (?:all )?(?:do|can) you (?:still )?(?:know|remember|recall|tell me|have stored|store|save) (?:about|of|on) me\b"
    r"|\bwhat have you (?:stored|saved|remembered|learned|noted) (?:about|of|on) me\b|\btell me (?:what|everything) you know (?:about|of) me\b"
    r"|\bdo you know anything about me\b"
)


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


def _sentence(fact: Fact) -> str:
    when = f" ({day_name(fact.when)})" if fact.when else ""
    if fact.kind in ("promise", "plan", "remember") or not fact.is_of_who_said_it:
        return f"You said: {turned(fact.text)}{when}."
    return f"{turned(fact.text)}{when}."
