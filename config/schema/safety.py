"""`safety`: what is never said, and how often anybody is answered."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from config.schema.section import Section, Tuple, setting

MOST = 5000  # words or patterns that stand in the configuration itself; longer lists are files

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


def check_pattern(value: str) -> str:
    """A pattern as it is, refused if RE2 cannot compile it."""
    from config.schema.patterns import fault_of

    if why := fault_of(value):
        raise PydanticCustomError("regular_expression", "is no pattern that can be used: {why}", {"why": why})
    return value


Pattern = Annotated[Phrase, AfterValidator(check_pattern)]


class Safety(Section, key="safety", about="What Gerald never says.", place=13):
    """Applied to each piece of a reply before voice and chatbox."""

    words: Tuple[Phrase] = setting(
        (),
        "Words and phrases that are never said. They are whole words in any case and spelling; a * at the end stands"
        " for any ending.",
        max_length=MOST,
    )
    patterns: Tuple[Pattern] = setting(
        (), "Regular expressions (RE2) for what is never said; upper and lower case are one.", max_length=MOST
    )
    lists: Tuple[FileName] = setting(
        (),
        "Files of further words and patterns, relative to the home: one to a line, a pattern as /PATTERN/, what is"
        " allowed all the same as !PHRASE, a comment after #.",
        max_length=32,
    )
    allowed: Tuple[Phrase] = setting(
        (), "Phrases that may be said although a word or a pattern forbids a part of them.", max_length=MOST
    )
    topics: Mapping[Phrase, Tuple[Phrase]] = setting(
        {},
        "Topics to leave alone, each with words that belong to it: the model is told, and what names the topic or one"
        " of its words is not said.",
    )
    people: Tuple[Phrase] = setting(
        (),
        "People to leave alone: the model is told, and what names one of them is not said.",
        max_length=MOST,
    )
    instead: str = setting(
        "",
        "What is said instead; empty: a short apology in the language that is spoken.",
        max_length=300,
    )
    strict: bool = setting(
        True,
        "While a file of `lists` could never be read, no reply is said (but `instead`); false: replies go on without"
        " its words.",
    )
    instructions: bool = setting(
        True, "What repeats the bot's own instructions word by word is not said either."
    )
    replies_per_minute: int = setting(
        20,
        "So many replies a minute does one person get; what they say beyond is only remembered.",
        ge=1,
        le=600,
    )
