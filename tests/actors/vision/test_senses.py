"""The reader and the depth actor with a real video, in real processes."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.osc.messages import ParametersChanged
from actors.vision.messages import CAMERA, DEPTH, READER, TRACKER, DistancesSeen, PlatesRead
from actors.vocabulary.backoff import Backoff
from config.schema import Config
from supervisor.otp.spec import SupervisorSpec
from supervisor.runtime.runtime import Runtime
from supervisor.tree import tree
from tests.actors.vision.depth.rooms import SIZE, Pose, Room
from tests.actors.vision.reader.plated import with_plates
from tests.doubles.virtual_world import Probe

WITHIN = 60.0
FPS = 5.0
SPEED = 1.0  # metres a second at which the video's camera walks

pytestmark = pytest.mark.models


class Tracker:
    """What the senses tell."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, envelope: Envelope) -> Put | None:
        self.heard.put(envelope.message)
        return None

    def next(self, kind: type[Any], suits: Callable[[Any], bool] = bool) -> Any:
        while True:
            message = self.heard.get(timeout=WITHIN)
            if isinstance(message, kind) and suits(message):
                return message


def walk_past_a_plate(path: Path) -> Path:
    """A walk through a room, with a plate at one place of each picture."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (SIZE[1] * 2, SIZE[0] * 2))
    assert writer.isOpened()
    room = Room(1)
    for n in range(10):
        picture, _ = room.seen(Pose(z=SPEED * n / FPS))
        large = cv2.resize(picture, (SIZE[1] * 2, SIZE[0] * 2), interpolation=cv2.INTER_CUBIC)
        plated, _ = with_plates(np.asarray(large, np.uint8), 1, ("Robin",))
        writer.write(plated)
    writer.release()
    return path


@pytest.fixture
def tracker() -> Tracker:
    return Tracker()


@pytest.fixture
def senses(tmp_path: Path, tracker: Tracker) -> Iterator[Runtime]:
    video = walk_past_a_plate(tmp_path / "walk.avi")
    config = Config.model_validate(
        {
            "computer_vision": {
                "enabled": True,
                "source": f"file:{video}",
                "reading_fps": FPS,
                "depth_fps": FPS,
            },
            "trace": {"enabled": False},
        }
    )
    (vision,) = (group for group in tree(config).children if group.address == "vision")
    assert isinstance(vision, SupervisorSpec)
    chosen = tuple(child for child in vision.children if child.address in (CAMERA, READER, DEPTH))
    spec = SupervisorSpec("root", vision.strategy, chosen, backoff=Backoff())
    system = Runtime(config, tmp_path, spec=spec)
    system.directory.open("system", Probe())
    system.directory.open("vision.detector", Probe())
    system.directory.open(TRACKER, tracker)
    system.start()
    assert system.wait_ready(WITHIN)
    yield system
    assert system.stop(WITHIN)


def robin_is_read(read: PlatesRead) -> bool:
    return "Robin" in [plate.text for plate in read.plates]


def test_a_plate_in_a_video_is_read_in_a_process_of_its_own_also_after_it_was_killed(
    senses: Runtime, tracker: Tracker
) -> None:
    read = tracker.next(PlatesRead, robin_is_read)
    (plate,) = (plate for plate in read.plates if plate.text == "Robin")
    assert plate.score > 0.8
    rows = {row["address"]: row for row in senses.status()["actors"]}
    assert len({rows[address]["pid"] for address in ("root", CAMERA, READER, DEPTH)}) == 4
    senses.registry.kill(READER, "test")
    assert senses.wait_incarnation(READER, 2, WITHIN)
    while not tracker.heard.empty():
        tracker.heard.get()
    assert tracker.next(PlatesRead, robin_is_read)


def test_what_moves_past_in_a_video_is_told_once_the_game_tells_that_the_body_walks(
    senses: Runtime, tracker: Tracker
) -> None:
    assert tracker.next(PlatesRead)
    walking = {"VelocityX": 0.0, "VelocityY": 0.0, "VelocityZ": SPEED, "AngularY": 0.0}
    senses.client.tell(DEPTH, ParametersChanged(walking))
    seen = tracker.next(DistancesSeen)
    assert seen.source == "motion"
    assert sum(metres > 0.0 for metres in seen.metres) > 10
    senses.registry.kill(DEPTH, "test")
    assert senses.wait_incarnation(DEPTH, 2, WITHIN)
    senses.client.tell(DEPTH, ParametersChanged(walking))
    while not tracker.heard.empty():
        tracker.heard.get()
    assert tracker.next(DistancesSeen).columns == seen.columns
