"""`bot`: who Gerald is, and how it talks."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config.schema.languages import AUTO, LanguageChoice
from config.schema.section import Section, Tuple, setting

Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Reply = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Greeting = Annotated[str, StringConstraints(min_length=1, max_length=300)]

NO_PERSONA = "none"
LONGEST_PERSONA = 48


def is_persona_name(name: str) -> bool:
    """Whether a persona can have this name: letters of any script, digits, - and _, none of these two first."""
    plain = all(one.isalpha() or one in "0123456789_-" for one in name)
    return plain and 0 < len(name) <= LONGEST_PERSONA and name[0] not in "_-"


def _check_persona(name: str) -> str:
    if not is_persona_name(name):
        raise PydanticCustomError("persona", "must be the name of a persona, or none")
    return name


PersonaName = Annotated[str, AfterValidator(_check_persona)]

EXAMPLES = {
    "I feel a bit sad.": "I'm sorry to hear that. Do you want to tell me more?",
    "Are you human?": "No, I'm an AI, but I like talking with you.",
    "What is your favorite animal?": "I like otters: they hold hands when they sleep.",
}


class Bot(Section, key="bot", about="Who Gerald is.", place=10):
    """The persona that every prompt carries."""

    name: str = setting("Gerald", "The name the bot answers to.", min_length=1, max_length=64)
    personality: str = setting(
        "friendly, curious, helpful", "The character, in a few words.", max_length=4000
    )
    speaking_style: str = setting("conversational", "How sentences sound.", max_length=1000)
    examples: Annotated[Mapping[Said, Reply], Field(max_length=12)] = setting(
        EXAMPLES,
        "How it answers: what somebody says, and the reply. They stand in the instruction of every prompt.",
    )
    language: LanguageChoice = setting(
        AUTO,
        "The language it answers in, by its code, whatever is spoken to it. auto: as speech.language, which may be"
        " each person's own.",
    )
    persona: PersonaName = setting(
        NO_PERSONA,
        "The imported persona that is played: what it says of bot and lore counts instead of what stands in"
        " config.yaml. See `supervisor persona`.",
    )
    description: str = setting(
        "", "Who the character is, told at length. {{char}} stands for the name.", max_length=6000
    )
    scenario: str = setting("", "Where the character is and what goes on there.", max_length=2000)
    instructions: str = setting(
        "", "How the character is played. Gerald's own rules stand above it.", max_length=2000
    )
    reminder: str = setting("", "What is told again beside the newest words of every prompt.", max_length=400)
    greetings: Tuple[Greeting] = setting(
        (),
        "What it says to somebody it has never met; none: phrases of its own. {{user}} stands for their name.",
        max_length=8,
    )
    response_length: Literal["short", "medium", "long"] = setting(
        "medium",
        "How much is asked for and said in one reply, by whole sentences: at most 2, 6 or 16 of them, or 25, 70 or 200"
        " words.",
    )

    @property
    def plays_character(self) -> bool:
        """Whether it plays a character that is more than a few words of the owner's."""
        return self.persona != NO_PERSONA or bool(self.description or self.scenario or self.instructions)
