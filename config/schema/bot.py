"""`bot`: who Gerald is, and how it talks."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.schema.section import Section, setting

Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Reply = Annotated[str, StringConstraints(min_length=1, max_length=400)]

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
    response_length: Literal["short", "medium", "long"] = setting(
        "medium",
        "How much is asked for and said in one reply, by whole sentences: at most 2, 6 or 16 of them, or 25, 70 or 200"
        " words.",
    )
