"""`speech.interruption`: what the bot does when somebody speaks while it speaks."""

from config.schema.section import Section, setting


class Interruption(Section):
    """When speech over the bot's voice is an interruption, and how quiet it gets before that is known."""

    words: int = setting(2, "So many words over the bot's voice stop it.", unit="words", ge=1, le=20)
    speech: float = setting(
        0.5, "A word over the bot's voice stops it after so much speech.", unit="s", ge=0.1, le=5.0
    )
    quieter: float = setting(
        12.0, "So much quieter the bot speaks while somebody begins to speak.", unit="dB", ge=0.0, le=40.0
    )
    undecided: float = setting(
        2.5,
        "A bot that got quieter or stopped goes on when nothing more was heard for so long.",
        unit="s",
        ge=0.5,
        le=4.0,
    )

    @property
    def level(self) -> float:
        """The level of the quieter voice, in (0, 1]."""
        return float(10.0 ** (-self.quieter / 20.0))
