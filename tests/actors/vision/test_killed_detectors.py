"""SIGKILL of any detector, in the middle of a picture: who is seen stays, nothing is told twice, and nothing is left.

The processes are forked from one that has everything imported. 10 kills, 500 with GERALD_SOAK."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import psutil
import pytest

from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope
from actors.vision.messages import Sighted
from actors.vocabulary.backoff import Backoff
from config.schema import Config
from supervisor.nodes import worker_process
from supervisor.otp.spec import SupervisorSpec
from supervisor.runtime.runtime import Runtime
from supervisor.tree import tree
from tests.doubles.forked import context
from tests.doubles.looking import room
from tests.doubles.networks import finding_white
from tests.doubles.virtual_world import Probe

SOAK = bool(os.environ.get("GERALD_SOAK"))
KILLS = 250 if SOAK else 5
"""With one detector, and again with two."""

WITHIN = 30.0
LOOPS = 40
"""Rounds that the network does for nothing: a picture takes so long that a kill comes in the middle of one."""

pytestmark = [
    pytest.mark.timeout(60 + 6 * KILLS),
    pytest.mark.posix("forks"),
]


class World:
    """Where the tracker tells what is seen."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.told: list[Sighted] = []

    def put(self, envelope: Envelope) -> Put | None:
        if isinstance(envelope.message, Sighted):
            with self._changed:
                self.told.append(envelope.message)
                self._changed.notify_all()
        return None

    def until(self, more: int) -> None:
        """Wait until so much more is told with somebody in it."""
        with self._changed:
            upto = len(self.told) + more
            assert self._changed.wait_for(
                lambda: len(self.told) >= upto and bool(self.told[-1].sights), WITHIN
            )


class Eyes:
    """The tree's group of vision, with so many detectors, which look at somebody who stands still."""

    def __init__(self, home: Path, detectors: int) -> None:
        writer = cv2.VideoWriter(str(home / "still.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 30.0, (320, 180))
        for _ in range(90):
            writer.write(room(200))
        writer.release()
        (home / "Models").mkdir()
        (home / "Models" / "own.onnx").write_bytes(finding_white(loops=LOOPS))
        config = Config.model_validate(
            {
                "computer_vision": {
                    "enabled": True,
                    "source": "file:still.avi",
                    "capture_fps": 30.0,
                    "processing_fps": 30.0,
                    "detector_model": "own.onnx",
                },
                "supervision": {"backoff_initial": 0.0, "backoff_max": 0.0, "intensity": 100, "period": 1.0},
                "actors": {
                    "vision.camera": {"pin": "process"},
                    "vision.detector": {"pin": "process", "instances": detectors},
                },
                "trace": {"enabled": False},
            }
        )
        whole = tree(config)
        (group,) = (group for group in whole.children if group.address == "vision")
        kept = tuple(child for child in group.children if child.address in WANTED)
        group = SupervisorSpec(
            "vision", group.strategy, kept, group.start, 100, 1.0, group.backoff, group.on_give_up
        )
        self.system = Runtime(
            config, home, spec=SupervisorSpec("root", whole.strategy, (group,), backoff=Backoff())
        )
        self.world = World()
        self.system.directory.open("system", Probe())
        self.system.directory.open("world", self.world)
        self.dice = random.Random(f"kills of {detectors}")
        self.restarted = 0

    def start(self) -> None:
        self.system.start()
        assert self.system.wait_ready(WITHIN)
        self.world.until(1)

    def rows(self) -> dict[str, Any]:
        return {row["address"]: row for row in self.system.status()["actors"]}

    def kill_one(self) -> None:
        """Kill a detector at a random instant of a picture, and wait until it is back."""
        self.world.until(2)
        victim = self.dice.choice([name for name in self.rows() if name.startswith("vision.detector")])
        row = self.rows()[victim]
        assert row["pid"] != os.getpid()
        threading.Event().wait(self.dice.random() * 0.05)
        os.kill(row["pid"], signal.SIGKILL)
        assert self.system.wait_incarnation(victim, row["incarnation"] + 1, WITHIN)
        self.restarted += 1


WANTED = ("vision.camera", "vision.detector", "vision.tracker")


def held() -> dict[str, int]:
    """What this process holds of the system's."""
    me = psutil.Process()
    return {
        "threads": threading.active_count(),
        "files": me.num_fds(),
        "processes": len(me.children(recursive=True)),
    }


def settled(before: dict[str, int]) -> dict[str, int]:
    """The same once the last threads of what died have ended."""
    gate = threading.Event()
    for _ in range(200):
        if all(count <= before[name] for name, count in held().items()):
            break
        gate.wait(0.05)
    return held()


@pytest.fixture
def eyes(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Eyes]:
    monkeypatch.setattr(worker_process, "_spawn", context())
    made = Eyes(tmp_path, request.param)
    made.start()
    yield made
    assert made.system.stop(WITHIN)


@pytest.mark.parametrize("eyes", [1, 2], indirect=True)
def test_who_is_seen_stays_whichever_detector_is_killed(eyes: Eyes) -> None:
    eyes.kill_one()
    eyes.world.until(2)
    before = held()
    for _ in range(KILLS - 1):
        eyes.kill_one()
    eyes.world.until(2)
    told = eyes.world.told
    assert {sight.track for one in told for sight in one.sights} == {1}, "it is the same person all the time"
    assert all(one.sights for one in told), "and never gone"
    times = [one.at for one in told]
    assert times == sorted(set(times)), "no picture is told twice"
    assert settled(before) == before
    assert sum(row["restarts"] for row in eyes.rows().values()) == KILLS, "nobody else was restarted"
    print(f"{KILLS} kills, {len(told)} times told, one person")
