"""Who touched the body, in answer to who asks: with the doubt that there is. Pure.

The avatar tells that and where it was touched, and not by whom. Sure is only who was alone with the bot; the one who
spoke of it then, or who was seen nearest, is a guess."""

import re

from actors.conversation.answers.known import Known
from actors.conversation.touch_guess import DONE
from actors.vocabulary.words import plain

REMEMBERED = 600.0  # seconds for which a touch is spoken of
JUST_NOW, A_MOMENT = 30.0, 120.0

_ASKED = re.compile(
    rf"\bwho (?:was it (?:that|who) |is it (?:that|who) |(?:has |had )?(?:just |even |has just )?)?(?:was |is )?(?:just )?{DONE} (?:you|your \w+)\b"
    rf"|\b(?:did|has|have) (?:any|some)(?:body|one) (?:just )?{DONE} (?:you|your \w+)\b"
    rf"|\b(?:did|do) you (?:just )?feel (?:that|it|this|my (?:touch|hand|pat))\b|\b(?:did|have) i (?:just )?{DONE} (?:you|your \w+)\b"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def touch_told(clause: str, known: Known) -> str:
    """The answer to a clause that asks who touched the bot, or whether it felt it; "" for any other."""
    if not _ASKED.search(clause):
        return ""
    touch = known.touch
    if touch.kind != "touch" or not 0.0 <= known.now - touch.at <= REMEMBERED:
        return "I have felt no touch lately."
    where, when = _where(touch.detail), _when(known.now - touch.at)
    if touch.person:
        return f"{_called(touch.person, known, start=True)} touched me{where} {when}."
    somebody = f"Somebody touched me{where} {when}, but I did not see who."
    if not known.touch_guess:
        return somebody
    return f"{somebody} I think it was {_called(known.touch_guess, known)}, but I am not sure."


def _called(name: str, known: Known, *, start: bool = False) -> str:
    if known.person.is_known and name == known.person.name:
        return "You" if start else "you"
    return plain(name, 40)


def _where(detail: str) -> str:
    """Of a zone that the owner named, or a contact such as HeadPat or Contacts/Tail_IsGrabbed."""
    words = " ".join(_WORDS.findall(plain(detail, 60).rpartition("/")[2])).lower()
    words = re.sub(r"\b(?:is grabbed|contact|sensor|receiver|zone)\b", "", words).strip()
    return f" ({words})" if words else ""


def _when(seconds: float) -> str:
    if seconds < JUST_NOW:
        return "just now"
    return "a moment ago" if seconds < A_MOMENT else f"{seconds / 60.0:.0f} minutes ago"
