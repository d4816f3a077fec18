"""One thing that was said, and the window of the last ones that are kept word by word. Pure."""

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person

WINDOW = 40  # utterances kept word by word; what falls out is condensed

WINDOW_CHARACTERS = 8000  # of all of them together

LONGEST = 4000  # characters of one utterance

SHOWN = 32  # utterances of the last ones that a prompt shows; beyond it half of them fall at once

SHOWN_CHARACTERS = 4500  # of all these together


@durable("conversation.Utterance")
class Utterance(msgspec.Struct, frozen=True):
    """Something said, by a person or by the bot itself (role user or assistant). at: epoch seconds.

    language: of what a person said aloud, "" where it is not certain."""

    role: str
    text: str
    person: Person
    turn: int
    at: float
    language: str = ""


def window(said: tuple[Utterance, ...]) -> tuple[tuple[Utterance, ...], tuple[Utterance, ...]]:
    """What falls out of the window, and what stays in it. An answer never stays without what it answers."""
    first, left = len(said), WINDOW_CHARACTERS
    while first > max(0, len(said) - WINDOW) and len(said[first - 1].text) <= left:
        first -= 1
        left -= len(said[first].text)
    while 0 < first < len(said) and said[first].role == "assistant":
        first += 1
    return said[:first], said[first:]


def first_shown(said: tuple[Utterance, ...], since: int) -> int:
    """The turn from which on prompts show the talk, given the turn (`since`) that it was.

    It stays the same until too much is shown, and then half falls at once. The last turn is shown in any case."""
    shown = [one for one in said if one.turn >= since]
    if _fits(shown, SHOWN, SHOWN_CHARACTERS):
        return since
    turns = sorted({one.turn for one in shown})
    for first in turns[1:-1]:
        if _fits([one for one in shown if one.turn >= first], SHOWN // 2, SHOWN_CHARACTERS // 2):
            return first
    return turns[-1]


def _fits(said: list[Utterance], most: int, characters: int) -> bool:
    return len(said) <= most and sum(len(one.text) for one in said) <= characters
