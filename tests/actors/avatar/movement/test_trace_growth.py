"""How much a minute of movement adds to the trace: what comes many times a second is written in few chunks."""

import math
import os
import random
from pathlib import Path

import pytest

from actors.avatar.messages import GoTo, TurnTo, WalkAhead
from actors.kernel.record import Record
from supervisor.trace.write.encode import Encoder
from supervisor.trace.write.recorder import CONTINUOUS_WAITS, is_continuous
from supervisor.trace.write.redaction import Redaction
from supervisor.trace.write.segment_writer import SegmentWriter
from tests.actors.avatar.movement.stage import Stage
from tests.doubles.vrchat.small_world import SmallWorld, Walker

FLUSH = 0.1
MINUTE = 60.0


class Disk:
    """Writes records as the recorder does, by the game's clock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "root.0001.mcap"
        self._encoder = Encoder(Redaction())
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT)
        self._writer = SegmentWriter(self.path, handle, "zstd")
        self._writer.describe({"run": "walk"})
        self._since: float | None = None
        self._hurries = False
        self.stage: Stage | None = None
        self.count = 0

    def append(self, record: Record) -> None:
        now = self.stage.world.clock.elapsed if self.stage is not None else 0.0
        if self._since is not None and now - self._since >= (FLUSH if self._hurries else CONTINUOUS_WAITS):
            self._writer.flush()
            self._since, self._hurries = None, False
        self._writer.add(self._encoder.encode((record,)))
        self._since = now if self._since is None else self._since
        self._hurries = self._hurries or not is_continuous(record)
        self.count += 1

    def kilobytes(self) -> float:
        self._writer.close()
        return self.path.stat().st_size / 1000.0


def walk(stage: Stage) -> None:
    dice, end = random.Random(1), stage.world.clock.elapsed + MINUTE
    while stage.world.clock.elapsed < end:
        turn, ahead = TurnTo(1, dice.uniform(-170.0, 170.0)), WalkAhead(1, dice.uniform(1.0, 6.0))
        stage.order(dice.choice((turn, ahead)))
        stage.until_ended()


def follow(stage: Stage) -> None:
    circle = tuple((8 * math.sin(n / 3), 8 - 8 * math.cos(n / 3)) for n in range(60))
    stage.game.add(Walker("Anna", (0.0, 2.0), circle))
    stage.order(GoTo(1, "usr_Anna", "follow"))
    stage.advance(MINUTE)
    assert stage.game.inputs, "it still follows"


@pytest.mark.parametrize(("moves", "most"), [(walk, 230.0), (follow, 380.0)])
def test_a_minute_of_movement_adds_little_to_the_trace(tmp_path: Path, moves: object, most: float) -> None:
    disk = Disk(tmp_path)
    disk.stage = stage = Stage(SmallWorld(), late=0.05, recorder=disk)
    before = disk.count
    moves(stage)  # type: ignore[operator]
    count, size = disk.count - before, disk.kilobytes()
    print(f"a minute of {moves.__name__}ing: {count} records, {size:.0f} kB")  # type: ignore[attr-defined]
    assert size < most
