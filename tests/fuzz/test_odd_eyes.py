"""Odd networks and videos: each is told of in a clear line, and none ends the actor that looks.

60 of each, networks for detectors and for depth, 1,000 with GERALD_SOAK=1; GERALD_SEED=networks.17 repeats one. They
are tried in processes of their own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.fuzz.guard import SOAK

SHARDS = 2
COUNT = (1000 if SOAK else 60) // SHARDS
SECONDS = 2400 if SOAK else 110
ONLY = os.environ.get("GERALD_SEED", "").rpartition(".")

pytestmark = [
    pytest.mark.timeout(SECONDS + 10),
    pytest.mark.posix("limits of resource"),
]


def tried(kind: str, first: int, count: int) -> list[dict[str, Any]]:
    """What was said of each, in order of the seeds."""
    command = [sys.executable, "-m", "tests.fuzz.odd_eyes", kind, str(first), str(count)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", timeout=SECONDS, check=False
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (
        f"seed {kind}.{lines[-1] if lines else first}: {done.returncode} {done.stderr[-2000:]}"
    )
    return [line for line in lines if "seed" in line]


@pytest.mark.parametrize("kind", ["networks", "depths", "videos"])
@pytest.mark.parametrize("shard", range(SHARDS))
def test_odd_files_are_told_of_and_end_nobody(kind: str, shard: int) -> None:
    first, count = shard * COUNT, COUNT
    if ONLY[0]:
        if ONLY[0] != kind or shard:
            pytest.skip("another seed is wanted")
        first, count = int(ONLY[2]), 1
    said = tried(kind, first, count)
    assert [line["seed"] for line in said] == list(range(first, first + count))
    for line in said:
        assert "failed" not in line, f"{kind}.{line['seed']}: {line['failed']}"
        assert line["reason"], line
        assert "\n" not in line["reason"], line
        assert line["reason"].isprintable(), line
        assert len(line["reason"]) < 600, line
        assert line["health"] == "OK" or line["remedy"], line
    if not ONLY[0]:
        assert len({line["health"] for line in said}) > 1, "some can be used, and some cannot"
