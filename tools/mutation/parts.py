"""The parts of the product that are held to a score, each with its sources and the tests that judge it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """`sources`: folders, files, or `FILE::NAME` for one function or class; `tests`: what pytest is given."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = {
    "kernel": Part(("actors/kernel",), ("tests/actors/kernel",)),
    "supervision": Part(("supervisor/otp",), ("tests/supervisor/otp", "tests/supervisor/test_otp.py")),
    "launcher": Part(("supervisor/launcher",), ("tests/supervisor/launcher",)),
    "replay": Part(
        (
            "supervisor/replay/compare.py",
            "supervisor/replay/divergence_report.py",
            "supervisor/replay/id_mapping.py",
            "supervisor/replay/incarnation.py",
            "supervisor/replay/observers.py",
            "supervisor/replay/order.py",
        ),
        ("tests/supervisor/replay",),
    ),
    "osc": Part(("actors/osc",), ("tests/actors/osc",)),
    "configuration": Part(
        ("actors/configuration", "config/layers"), ("tests/actors/configuration", "tests/config/layers")
    ),
    "forgetting": Part(
        (
            "actors/users",
            "actors/persistence/store/tombstones.py",
            "actors/persistence/store/store.py",
            "actors/persistence/domain_log.py",
        ),
        ("tests/actors/users", "tests/actors/persistence"),
    ),
    "secrets": Part(("config/secrets",), ("tests/config/secrets",)),
    "persistence": Part(("actors/persistence",), ("tests/actors/persistence",)),
}


def source_files(root: Path, part: Part) -> Iterator[tuple[str, str]]:
    """Each file as a path relative to `root`, and the name within it that is meant ("" for all of it)."""
    for source in part.sources:
        path, _, name = source.partition("::")
        if (root / path).is_dir():
            yield from (
                (found.relative_to(root).as_posix(), "") for found in sorted((root / path).rglob("*.py"))
            )
        else:
            yield path, name
