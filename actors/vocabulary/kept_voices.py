"""Where the voices that are kept over visits stand in a home: a file for each person."""

from pathlib import Path

ENDING = ".voice"
"""How the name of such a file ends; it begins with the tombstone of its person."""


def voices_in(home: Path) -> Path:
    """The folder; it need not exist."""
    return home / "data" / "voices"
