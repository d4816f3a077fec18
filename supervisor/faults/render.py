"""Text for the reports of chaos tests and simulations."""

from collections.abc import Mapping

__all__ = ["counted"]


def counted(counts: Mapping[str, int]) -> str:
    """`3 crash, 1 kill`, or `none`."""
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items())) or "none"
