"""Who may have touched the body, which tells only that and where it was touched: a guess, and said as one. Pure."""

import re
from collections.abc import Sequence

from actors.conversation.utterance import Utterance
from actors.vocabulary.values import UNKNOWN, Interaction

SPOKEN_OF = 15.0  # seconds before or after a touch in which who speaks of one may have done it

DONE = (
    r"(?:touch|head ?pat|pat|boop|pok|hugg?|pet|bonk|grabb?|tickl|slapp?|kiss|scratch|strok|pull|cuddl)"
    r"(?:t?ed|e?s|e|t?ing)?"
)
"""What people call a touch, in a pattern."""

_TELLS = re.compile(rf"\b{DONE}\b", re.I)
_ASKS = re.compile(r"^\W*(?:who|did|do|has|have|was|is)\b|\?\s*$", re.I)


def guessed(touch: Interaction, nearest: str, said: Sequence[Utterance]) -> str:
    """Who may have touched, by name: who spoke of it around then, else who was seen nearest; "" for nobody."""
    if touch.kind != "touch" or touch.person:
        return ""
    speaker = next((one.person for one in reversed(said) if _speaks_of(one, touch)), UNKNOWN)
    return speaker.name if speaker.is_known else nearest


def _speaks_of(one: Utterance, touch: Interaction) -> bool:
    tells = _TELLS.search(one.text) and not _ASKS.search(one.text)
    return bool(tells) and one.role == "user" and one.person.is_known and abs(one.at - touch.at) <= SPOKEN_OF
