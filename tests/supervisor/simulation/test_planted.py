"""The simulator finds bugs: each of those that are planted, within its number of seeds.

A few of them here; all of them with GERALD_SOAK=1.
"""

import os
from pathlib import Path

import pytest

from supervisor.simulation.shrink import kind_of
from tests.supervisor.simulation.planted import Planted, planted, search, with_bug

ALL = planted()
SOAK = bool(os.environ.get("GERALD_SOAK"))
QUICK = ("acknowledged-too-early", "stale-turn", "unanswered")


def test_there_are_a_dozen_bugs_of_every_kind() -> None:
    assert len(ALL) >= 12
    kinds = {bug.kind for bug in ALL}
    assert kinds == {
        "act",
        "answers",
        "blocking",
        "conservation",
        "durability",
        "filing",
        "forgetting",
        "guess",
        "inputs",
        "intensity",
        "launcher",
        "order",
        "osc",
        "peace",
        "reload",
        "reply",
        "sight",
        "stale turn",
        "suspend",
        "takeover",
        "voice",
        "wake-up",
        "walk",
        "wording",
    }


@pytest.mark.parametrize("bug", ALL, ids=lambda bug: bug.name)
def test_a_planted_bug_still_fits_the_code(bug: Planted, tmp_path: Path) -> None:
    with_bug(bug, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("bug", [bug for bug in ALL if SOAK or bug.name in QUICK], ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Planted, tmp_path: Path) -> None:
    with_bug(bug, tmp_path)
    found = search(tmp_path, bug.seeds, bug.kind)
    kinds = {kind_of(line) for lines in found.values() for line in lines}
    assert bug.kind in kinds, f"{bug.what} Not found within {bug.seeds} seeds, but {found}"
