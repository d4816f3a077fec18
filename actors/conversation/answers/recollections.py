"""What somebody told before, in answer to who asks for it; and that what they tell now is kept. Pure."""

import re
from datetime import datetime

from actors.conversation.answers.clauses import folded_text
from actors.conversation.answers.known import Known
from actors.users.messages import Profile, Recalled
from actors.vocabulary.second_person import turned
from actors.vocabulary.words import plain

LONGEST = 160  # characters of what is repeated
SAME_TALK = 3600.0  # seconds after which who comes back begins another talk
_SPANS = ((365, "year"), (30, "month"), (7, "week"), (1, "day"))

_MY_NAME = re.compile(
    r"\b(?:what's|what is|whats|do you (?:know|remember)|say|remember) my name|who am i|what am i called\b"
)
_ASKS = re.compile(
    r"^(?:do you (?:still )?(?:remember|know|recall)|did i (?:ever )?(?:tell|say|mention)|what did i (?:tell|say)|have i told|remind me)\b"
    r"|^(?:and )?(?:what|what's|where|where's|when|when's|who|who's|which|how old|how many|what kind of)\b.*\b(?:my|i|mine|our)\b"
    r"|^(?:am i|do i|did i|have i|is my|are my)\b"
)
_LAST_TALK = re.compile(
    r"\bwhen (?:did (?:we|i) (?:last|ever) (?:talk|speak|meet|see (?:you|each other)|chat)|did (?:we|i) (?:talk|speak|meet|chat)"
    r"(?: to you| with you)? (?:the )?last|was the last time (?:we|i) (?:talked|spoke|met|saw|chatted)"
    r"|have we (?:last )?(?:talked|spoken|met))\b|\bhow long (?:ago did we|has it been since we) (?:last )?(?:talk|talked|meet|met|speak|spoke)\b"
)
_ADVICE = re.compile(r"\b(?:should|could|would|can|may|shall|will|think|mean|if)\b")
_TELLS = re.compile(
    r"^(?:i (?:am|have|had|live|work|study|play|come|own|was born|moved|grew up|speak|learn|collect|drive|cook|paint)\b"
    r"|i'm (?:an?|from|\d+|in|called|married|learning|studying|working|allergic)\b|i've (?:got|been)\b"
    r"|i (?:really |also |always |don't )*(?:like|love|hate|prefer|enjoy|dislike)\b"
    r"|my (?:\w+ ){1,3}(?:is|are|was|has|have|likes?|lives?|works?)\b|remember that\b|don't forget\b)"
)
_INTRODUCED = re.compile(
    r"^(?:my name is|my name's|call me|you can call me) ([^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*)?)$"
)
_NO_FACT = re.compile(
    r"\b(?:sorry|sure|here|back|ready|fine|joking|kidding|talking to|asking|a question|to go|to leave|your?)\b"
)


def recollected(clause: str, known: Known) -> str:
    """The answer to a clause that asks for what was told; "" for any other."""
    if _MY_NAME.search(clause):
        name = _called(known)
        return f"You are {name}." if name else _stranger(known)
    if _LAST_TALK.search(clause):
        return _last_talk(known)
    asks_back = known.profile is not None and known.profile.asks_back
    if not (_ASKS.search(clause) or asks_back) or _ADVICE.search(clause):
        return ""
    found = _fitting(known.profile)
    if found:
        return " ".join(_told(one, known) for one in found[:1])
    return "I don't know that: you haven't told me yet." if _ASKS.search(clause) else ""


def noted(clause: str, known: Known) -> str:
    """The answer to a clause that tells something of who speaks: that it was understood, and is kept; "" for any other."""
    if found := _INTRODUCED.match(clause):
        name = _as_said(found[1], known)
        return f"Nice to meet you, {name.title() if name.islower() else name}."
    if not _TELLS.search(clause) or _NO_FACT.search(clause):
        return ""
    told = clause.removeprefix("remember that ").removeprefix("don't forget that ")
    said = turned(plain(_as_said(told, known), LONGEST))
    kept = " I'll remember that." if known.person.is_known else " Thank you for telling me."
    return f"{said}.{kept}"


def acquaintance(known: Known) -> str:
    """The answer to "Do you know me?"."""
    name = _called(known)
    if not name:
        return _stranger(known)
    met = known.profile is not None and known.profile.user is not None and known.profile.user.has_talked
    return (
        f"Yes, you are {name}, and we have talked before."
        if met
        else f"You are {name}, and we have only just met."
    )


def _stranger(known: Known) -> str:
    """The answer to somebody who is not known for sure."""
    perhaps = plain(known.likely.name, 40) if known.likely.is_known else ""
    return f"Are you {perhaps}? I'm not sure." if perhaps else "I don't know your name yet. What is it?"


def _as_said(clause: str, known: Known) -> str:
    """A clause, which is in lower case, with the capitals with which it was said."""
    folded = [(part, at) for at, char in enumerate(known.said) for part in folded_text(char)]
    place = "".join(part for part, _ in folded).find(clause)
    if place < 0:
        return clause
    return known.said[folded[place][1] : folded[place + len(clause) - 1][1] + 1]


def _last_talk(known: Known) -> str:
    user = known.profile.user if known.profile is not None else None
    talks = (one.at for one in user.interaction_history if one.kind == "talk") if user is not None else ()
    before = max((at for at in talks if at < known.now - SAME_TALK), default=0.0)
    if not before:
        return "I remember no talk with you before this one."
    days = datetime.fromtimestamp(known.now).toordinal() - datetime.fromtimestamp(before).toordinal()
    for length, name in _SPANS:
        if days >= 2 * length:
            return f"We last talked {days // length} {name}s ago."
    return "We last talked yesterday." if days else "We talked earlier today."


def _called(known: Known) -> str:
    user = known.profile.user if known.profile is not None else None
    called = user.preferences.get("called", "") if user is not None else ""
    return plain(called or (known.person.name if known.person.is_known else ""), 40)


def _fitting(profile: Profile | None) -> list[Recalled]:
    return [one for one in profile.recalled if one.fits] if profile is not None else []


def _told(fact: Recalled, known: Known) -> str:
    text = plain(fact.text, LONGEST).rstrip(".!")
    doubt = "I'm not sure, but I think: " if fact.doubted else ""
    if fact.who == known.person.name:
        return f"{doubt}{turned(text)}."
    return f'{doubt}{plain(fact.who, 40)} told me: "{text}".'
