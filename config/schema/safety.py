"""`safety`: what is never said, and how often anybody is answered."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config.schema.model_servers import BASE_URL
from config.schema.section import Section, Tuple, setting, without_repetition
from config.secret import Secret

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


Category = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"\S")]


class Moderation(Section):
    """`safety.moderation`: a server that judges each piece of a reply before it is said."""

    base_url: str | None = setting(
        None,
        "An OpenAI-compatible server with /moderations, such as https://api.openai.com/v1.",
        pattern=BASE_URL,
        unset="nothing is sent anywhere to be judged",
    )
    model: str | None = setting(
        None,
        "The model's name at that server, such as omni-moderation-latest.",
        min_length=1,
        max_length=256,
        unset="the server decides",
    )
    api_key: Secret | None = setting(
        None, "The server's API key.", unset="llm.api_key, if its address is that of llm.base_url"
    )
    block: Annotated[Tuple[Category], AfterValidator(without_repetition)] = setting(
        (),
        "Categories that are not said, by the server's names; hate stands for hate/threatening too. Empty: whatever it"
        " flags.",
        max_length=64,
    )
    on_failure: Literal["withhold", "say"] = setting(
        "withhold", "What becomes of a piece that could not be judged: it is withheld as if flagged, or said."
    )
    timeout: float = setting(1.5, "How long judging one piece may take.", unit="s", gt=0.0, le=30.0)

    @property
    def is_on(self) -> bool:
        """Whether anything is judged."""
        return self.base_url is not None


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
    moderation: Moderation = Field(
        default_factory=Moderation, description="A server that judges what is said."
    )
