"""From what earlier versions stored of people to what this one reads. Pure, on what MessagePack holds."""

from collections.abc import Callable, Mapping
from typing import Any

from actors.users.state import as_named

__all__ = ["MIGRATIONS"]

# As it was when the second form began; a later one has its own.
HISTORY = 20


def _to_2(state: dict[str, Any]) -> dict[str, Any]:
    """Records know when they were first met and how often they changed, and have shorter histories; people are found by
    name."""
    users = {key: _met(user) for key, user in state.get("users", {}).items()}
    names: dict[str, list[str]] = {}
    for key, user in users.items():
        names.setdefault(as_named(user["display_name"]), []).append(key)
    return {**state, "users": users, "names": names}


def _met(user: dict[str, Any]) -> dict[str, Any]:
    history = user.get("interaction_history", [])
    at = min((interaction.get("at", 0.0) for interaction in history), default=0.0)
    return {**user, "interaction_history": history[-HISTORY:], "met_at": at, "revision": len(history)}


MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _to_2}
"""By the schema that was stored: what makes the next one of it."""
