"""`memory`: what is told of people, and to whom."""

from typing import Literal

from config.schema.section import Section, setting


class Memory(Section, key="memory", about="What Gerald tells of what people told it.", place=15):
    """How people's facts are used."""

    share: Literal["own", "present_then", "all"] = setting(
        "present_then",
        "To whom it is told what somebody said. own: to that person only; present_then: also to those who were there"
        " and heard it; all: to everybody, but for what was told in confidence.",
    )
