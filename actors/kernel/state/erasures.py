"""Erasures that a domain still has to reckon with: what was said before them may be on its way. Pure."""

from collections.abc import Mapping

MOST = 256  # hashes that are remembered in memory; all are on disk


def newest(*known: Mapping[str, float]) -> dict[str, float]:
    """All of these together, the later time (epoch seconds) of each hash; of more than MOST the newest."""
    merged: dict[str, float] = {}
    for erased in known:
        for hash_, at in erased.items():
            merged[hash_] = max(at, merged.get(hash_, at))
    return dict(sorted(merged.items(), key=lambda one: one[1])[-MOST:])
