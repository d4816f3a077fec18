"""From what earlier versions stored of the world to what this one reads. Pure, on what MessagePack holds."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["MIGRATIONS"]


def _to_2(state: dict[str, Any]) -> dict[str, Any]:
    """Passages stand under the place that they start from."""
    graph = state.get("navigation_graph", {})
    passages: dict[str, dict[str, float]] = {}
    for passage in graph.get("passages", []):
        passages.setdefault(passage["start"], {})[passage["end"]] = passage.get("cost", 0.0)
    return {**state, "navigation_graph": {"places": graph.get("places", {}), "passages": passages}}


MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _to_2}
"""By the schema that was stored: what makes the next one of it."""
