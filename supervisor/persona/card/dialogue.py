"""What a card's dialogues hold that can be said aloud: greetings and examples without stage directions. Pure."""

import re
from collections.abc import Iterator

from supervisor.persona.card.cleaning import CHAR, USER, cleaned, cut, line

SAID, REPLY = 120, 400  # characters; bot.examples takes a little more
EXAMPLES = 6
GREETING = 300
GREETINGS = 8

_START = re.compile(r"<\s*start\s*>", re.I)
_STAGE = re.compile(r"\*{1,3}[^*\n]{0,2000}\*{1,3}|\([^()\n]{0,500}\)|\[[^\[\]\n]{0,500}\]")
_QUOTED = re.compile(r"[\"“„«「]([^\"“”„«»「」]{1,1000})[\"”“»」]")
_MARKS = re.compile(r"[*_`#~]+")
_SPEAKER = re.compile(r"^\s*(\{\{(?:char|user)\}\})\s*:\s*", re.M)
_ADDRESS = re.compile(r",?\s*\{\{user\}\}(?=\s*(?:[,.!?…]|$))")


def spoken(text: str, longest: int) -> str:
    """What is said aloud in narration: the words in quotes where it has some, else all but stage directions."""
    bare = _STAGE.sub(" ", text)
    quoted = [found.strip() for found in _QUOTED.findall(bare)]
    return cut(" ".join(_MARKS.sub("", " ".join(quoted) if quoted else bare).split()), longest)


def greeting(text: str) -> str:
    """A greeting as it is said: the first sentences, with `{{user}}` for whoever is greeted; "" for none."""
    return spoken(cleaned(text, 8000), GREETING)


def examples(text: str, name: str) -> Iterator[tuple[str, str]]:
    """What somebody says and what the character answers, pair by pair. name: the character's."""
    if name:
        text = re.sub(rf"^[^\S\n]*{re.escape(name)}[^\S\n]*:", f"{CHAR}:", text[:60000], flags=re.M)
    for block in _START.split(text[:60000]):
        said = ""
        for speaker, words in _lines(cleaned(block, 20000)):
            if speaker == USER:
                said = line(unaddressed(spoken(words, SAID)), SAID)
            elif said and (reply := line(unaddressed(spoken(words, REPLY)), REPLY)):
                yield said, reply
                said = ""


def unaddressed(text: str) -> str:
    """`text` without the name of whoever is spoken to, which is not known beforehand."""
    return " ".join(_ADDRESS.sub("", text).replace(USER, "you").split())


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Who speaks, and all that they say before somebody else does."""
    parts = _SPEAKER.split(text)
    for speaker, words in zip(parts[1::2], parts[2::2], strict=False):
        yield (USER if speaker == USER else CHAR), words
