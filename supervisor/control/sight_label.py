"""What is seen, in a few words. Pure."""

from collections.abc import Mapping
from typing import Any


def label(sight: Mapping[str, Any]) -> str:
    """Who or what it is, and how far, such as "Ada 3.2 m +-0.8, coming closer"."""
    name = sight["person"] or ("somebody" if sight["kind"] == "person" else sight["kind"])
    metres = sight["distance"]
    away = f" {metres:.1f} m +-{metres * sight['error']:.1f}" if metres else ""
    trend = {"approaching": ", coming closer", "leaving": ", going away"}.get(sight["trend"], "")
    return f"{name}{away}{trend}{'' if sight['found'] else ' (a moment ago)'}"
