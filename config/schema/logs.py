"""`logging`: the log file."""

from typing import Literal

from config.schema.section import Section, Size, setting


class Logging(Section, key="logging", about="The log.", place=80):
    """The log: one line a record."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = setting(
        "INFO", "The least that is logged."
    )
    file: str = setting("logs/bot.log", "The log file, relative to the home's data folder.", min_length=1)
    max_size: Size = setting(
        10_000_000, "The log is rotated at this size.", unit="bytes", ge=10_000, le=10**12
    )
    backup_count: int = setting(5, "Rotated logs that are kept.", ge=0, le=1000)
