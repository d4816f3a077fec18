"""From what earlier versions stored of the conversation to what this one reads. Pure, on what MessagePack holds."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["MIGRATIONS"]

# As they were when the second form began; a later one has its own.
WINDOW = 40
WINDOW_CHARACTERS = 8000


def _to_2(state: dict[str, Any]) -> dict[str, Any]:
    """The window is smaller, and bounded in characters; what was said before it goes."""
    said = state.get("messages", [])[-WINDOW:]
    while sum(len(utterance["text"]) for utterance in said) > WINDOW_CHARACTERS:
        said = said[1:]
    while said and said[0]["role"] == "assistant":
        said = said[1:]
    return {**state, "messages": said, "conversation_goals": [], "user_preferences": {}}


MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _to_2}
"""By the schema that was stored: what makes the next one of it."""
