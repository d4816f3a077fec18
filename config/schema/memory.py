"""`memory`: how people's words become facts, and to whom these are told."""

from typing import Literal

from config.schema.section import Section, setting


class Memory(Section, key="memory", about="What Gerald tells of what people told it.", place=15):
    """How people's facts are used."""

    share: Literal["own", "present_then", "all"] = setting(
        "present_then",
        "To whom it is told what somebody said. own: to that person only; present_then: also to those who were there"
        " and heard it; all: to everybody, but for what was told in confidence.",
    )
    summarize: Literal["idle", "off"] = setting(
        "idle",
        "Whether a configured server (never the embedded model) is also asked for facts, when nobody has spoken for a"
        " while: it gets what was said last.",
    )
