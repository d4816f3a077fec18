"""`bot`: who Gerald is, and how it talks."""

from typing import Literal

from config.schema.section import Section, setting


class Bot(Section, key="bot", about="Who Gerald is.", place=10):
    """The persona that every prompt carries."""

    name: str = setting("Gerald", "The name the bot answers to.", min_length=1, max_length=64)
    personality: str = setting(
        "friendly, curious, helpful", "The character, in a few words.", max_length=4000
    )
    speaking_style: str = setting("conversational", "How sentences sound.", max_length=1000)
    response_length: Literal["short", "medium", "long"] = setting("medium", "How much is said in one reply.")
