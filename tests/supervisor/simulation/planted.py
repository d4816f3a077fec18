"""Planted bugs: each is a patch in tests/planted, applied to a copy of the code that the simulator then runs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from supervisor.simulation.shrink import kind_of

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "planted"
CODE = ("actors", "config", "supervisor")


class Planted(NamedTuple):
    """what: the bug, in a sentence. kind: as what it is found. seeds: within so many."""

    name: str
    what: str
    kind: str
    seeds: int
    path: Path


def planted() -> tuple[Planted, ...]:
    """All, by name."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.patch")))


def _read(path: Path) -> Planted:
    head = dict(line.split(": ", 1) for line in path.read_text("utf-8").partition("\n\n")[0].splitlines())
    return Planted(path.stem, head["Bug"], head["Found as"], int(head["Within seeds"]), path)


def with_bug(bug: Planted, folder: Path) -> None:
    """Copy the code into `folder`, and plant the bug there. Raises CalledProcessError when it does not fit any more."""
    for name in CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = ["git", "apply", "--recount", "-C1", str(bug.path)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, env=_alone(folder))


def search(folder: Path, seeds: int, kind: str) -> dict[int, tuple[str, ...]]:
    """What the simulator finds in the code in `folder`, by seed, up to the first seed with a violation of `kind`."""
    found: dict[int, tuple[str, ...]] = {}
    first = 0
    while first < seeds:
        told = _simulate(folder, first, seeds - first)
        found |= {failure["seed"]: tuple(failure["found"]) for failure in told["failures"]}
        last = max(found, default=seeds)
        if not told["failed"] or kind in map(kind_of, found[last]):
            break
        first = last + 1  # it failed in another way
    return found


def _simulate(folder: Path, first: int, seeds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "supervisor", "simulate", "--first", str(first), "--seeds", str(seeds)]
    environ = {**_alone(folder), "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [*command, "--fail-fast", "--json"], cwd=folder, capture_output=True, text=True, env=environ
    )
    assert done.returncode in (0, 1), done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _alone(folder: Path) -> dict[str, str]:
    """An environment in which no repository is found above `folder`."""
    return {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
