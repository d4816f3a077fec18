"""Whole sessions, replayed again and again in processes of their own: nothing depends on the process.

A short simulated evening here. With GERALD_SOAK=1 the demo, a minute of chaos and an hour, each ten times; and, where
GERALD_OTHER_PYTHON names the interpreter of another environment with Gerald's packages, ten times by that one, too.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.conftest import Command

ROOT = Path(__file__).parents[2]
SOAK = bool(os.environ.get("GERALD_SOAK"))
TIMES = 10 if SOAK else 2
PYTHONS = tuple(filter(None, (sys.executable, os.environ.get("GERALD_OTHER_PYTHON", ""))))
SESSIONS = {
    "demo": ("demo", "--keep"),
    "chaos": ("chaos", "--seconds", "60", "--keep"),
    "evening": ("simulate", "--seed", "1", "--seconds", "3600" if SOAK else "120", "--trace"),
}

pytestmark = pytest.mark.timeout(1800 if SOAK else 120)


@pytest.mark.parametrize("session", SESSIONS if SOAK else ["evening"])
def test_a_session_is_the_same_each_time_that_it_is_replayed(
    session: str, supervisor: Command, tmp_path: Path
) -> None:
    kept = tmp_path / session
    supervisor(*SESSIONS[session], str(kept), within=900.0)
    run = min(path.parent for path in kept.rglob("root.*.mcap"))  # the demo starts Gerald again at its end
    for python in PYTHONS:
        said = {replayed(python, run) for _ in range(TIMES)}
        assert len(said) == 1
        assert said.pop().startswith("identical: ")


def replayed(python: str, run: Path) -> str:
    """The last line that the command prints; the order of sets is another one in each process."""
    done = subprocess.run(
        [python, "-m", "supervisor", "replay", str(run)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return (done.stdout.splitlines() or [done.stderr])[-1]
