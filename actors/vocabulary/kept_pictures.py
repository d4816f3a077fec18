"""Where the pictures stand in a home that are kept because `computer_vision.keep` says so."""

from pathlib import Path

ENDING = ".jpg"


def pictures_in(home: Path) -> Path:
    """The folder; it need not exist."""
    return home / "data" / "pictures"
