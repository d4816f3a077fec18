"""A writer that is killed in mid-commit leaves everything that it acknowledged, and nothing half."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from actors.kernel.protocol import Version
from actors.persistence.database import Database
from actors.persistence.store import Store

WRITER = Path(__file__).with_name("keeps_writing.py")
ROUNDS = 5


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "state.lmdb"
    chance = random.Random(5)
    last_epoch = 0
    for _ in range(ROUNDS):
        epoch, acknowledged = _write_and_kill(path, chance.randint(1, 150))
        assert epoch > last_epoch
        last_epoch = epoch
        for domain in ("users", "world"):
            store = Store(Database(path, 2**20))
            found = store.peek(domain)
            store.close()
            assert found is not None
            assert found.version >= Version(epoch, acknowledged)
            assert found.payload == f"{epoch}.{found.version.n}".encode() * 500


def _write_and_kill(path: Path, after: int) -> tuple[int, int]:
    """The epoch that the writer was given, and the last version that it acknowledged before it was killed."""
    root = Path(__file__).parents[3]
    writer = subprocess.Popen(
        [sys.executable, str(WRITER), str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env=_with_root(root),
    )
    assert writer.stdout is not None
    epoch = int(writer.stdout.readline().split()[1])
    acknowledged = 0
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged >= after:
            break
    writer.kill()
    rest = writer.stdout.read()
    writer.wait()
    complete = [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return epoch, int(complete[-1]) if complete else acknowledged


def _with_root(root: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(root)}
