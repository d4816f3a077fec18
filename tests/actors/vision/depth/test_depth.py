"""The depth actor under the virtual clock, with a real ring and rendered pictures."""

import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from actors.kernel.media.frame_ring import Picture, Ring, RingWriter
from actors.kernel.media.ring_names import new_name
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc.messages import ParametersChanged
from actors.vision.depth.depth import TOO_OLD, Depth
from actors.vision.depth.health import MISFITS
from actors.vision.depth.passing import COLUMNS, ROWS
from actors.vision.messages import DEPTH, TRACKER, DistancesSeen, FrameReady
from config.schema import ComputerVision
from tests.actors.vision.depth.rooms import Pose, Room
from tests.doubles.virtual_world import VirtualWorld

EVERY = 0.2
WALKING = {"VelocityX": 0.0, "VelocityY": 0.0, "VelocityZ": 2.0, "AngularY": 0.0}
STANDING = WALKING | {"VelocityZ": 0.0}


@pytest.fixture(scope="module")
def ahead() -> list[Picture]:
    """What is seen every 0.2 s by somebody who walks ahead at 2 m/s."""
    room = Room(1)
    return [room.seen(Pose(z=2.0 * EVERY * n))[0] for n in range(3)]


def backward(pictures: int) -> list[Picture]:
    """What is seen by somebody who goes away from a wall."""
    noise = np.random.default_rng(1).integers(0, 255, (135, 240, 3)).astype(np.uint8)
    wall = cv2.resize(noise, (960, 540), interpolation=cv2.INTER_CUBIC)
    seen = []
    for n in range(pictures):
        height, width = (round(size * 0.25 * 1.08**n) for size in (540, 960))
        top, left = (540 - height) // 2, (960 - width) // 2
        seen.append(cv2.resize(wall[top : top + height, left : left + width], (480, 270)))
    return seen


class Stand:
    """A depth actor with a ring, and a tracker that is told."""

    def __init__(self, ring: Ring, vision: ComputerVision, home: Path = Path()) -> None:
        self.world = VirtualWorld()
        self.tracker = self.world.probe(TRACKER)
        self.writer = RingWriter(ring.address)
        self.actor = Depth(vision, ring.address, home)
        self.world.start(self.actor, DEPTH)
        self.world.run()

    def hear(self, values: dict[str, float]) -> None:
        self.world.give(DEPTH, ParametersChanged(values))
        self.world.advance(1.0)

    def write(self, picture: Picture) -> FrameReady:
        f = self.writer.write(picture, self.world.clock.wall())
        return FrameReady(f.generation, f.height, f.width, f.channels, f.captured_at)

    def show(self, *pictures: Picture) -> None:
        for picture in pictures:
            self.world.give(DEPTH, self.write(picture))
            self.world.advance(EVERY)

    @property
    def told(self) -> list[DistancesSeen]:
        return self.tracker.of(DistancesSeen)

    @property
    def health(self) -> HealthChanged:
        said = self.world.supervisor.of(HealthChanged)[-1]
        assert isinstance(said, HealthChanged)
        return said


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    made = Ring(new_name(tmp_path), 4, 640 * 360 * 3)
    yield made
    made.close()


@pytest.fixture
def stand(ring: Ring) -> Iterator[Stand]:
    made = Stand(ring, ComputerVision())
    yield made
    made.writer.close()


def test_the_tracker_is_told_distances_while_the_body_walks(stand: Stand, ahead: list[Picture]) -> None:
    stand.hear(WALKING)
    stand.show(*ahead)
    assert len(stand.told) == 2
    first = stand.told[0]
    assert (first.source, first.columns, len(first.metres)) == ("motion", COLUMNS, COLUMNS * ROWS)
    assert 0.0 < first.error < 0.3
    assert sum(metres > 0.0 for metres in first.metres) > 30
    assert stand.health.health is Health.OK
    assert "ms a picture" in stand.health.reason


@pytest.mark.parametrize("values", [STANDING, STANDING | {"AngularY": math.radians(30.0)}, {"Upright": 1.0}])
def test_who_stands_turns_or_is_not_known_to_walk_is_told_none(
    stand: Stand, ahead: list[Picture], values: dict[str, float]
) -> None:
    stand.hear(values)
    stand.show(*ahead)
    assert stand.told == []
    assert stand.health.health is Health.OK


def test_a_game_that_tells_no_velocity_is_said_with_what_to_do(stand: Stand) -> None:
    assert stand.health.health is Health.OK
    assert stand.health.reason == "no distances by motion: the game tells no velocity"
    assert "OSC" in stand.health.remedy
    stand.hear(STANDING)
    assert stand.health.reason == "tells how far away what moves past is"
    assert stand.health.remedy == ""


def test_pictures_that_do_not_move_as_the_game_says_make_it_degraded_until_they_do(
    stand: Stand, ahead: list[Picture]
) -> None:
    stand.hear(WALKING)
    stand.show(*backward(MISFITS + 2))
    assert stand.health.health is Health.DEGRADED
    assert "does not move as the game says" in stand.health.reason
    assert "computer_vision.source" in stand.health.remedy
    stand.world.advance(2.0)
    stand.show(*ahead)
    assert stand.health.health is Health.OK


def test_a_picture_that_is_too_old_or_gone_is_left_out(stand: Stand, ahead: list[Picture]) -> None:
    stand.hear(WALKING)
    stand.show(ahead[0])
    late = stand.write(ahead[1])
    stand.world.advance(TOO_OLD + 0.1)
    stand.world.give(DEPTH, late)
    stand.world.advance(-TOO_OLD - 0.1)
    gone = stand.write(ahead[1])
    for _ in range(4):
        stand.write(np.zeros((2, 2, 3), np.uint8))
    stand.world.give(DEPTH, gone)
    assert stand.told == []


def test_a_wider_field_of_view_counts_from_the_next_picture_on(stand: Stand) -> None:
    room = Room(1)
    aside = [room.seen(Pose(x=2.0 * EVERY * n))[0] for n in range(2)]

    def nearest(fov: float) -> float:
        assert stand.actor.commit({"computer_vision": ComputerVision(fov=fov)})
        before = len(stand.told)
        stand.world.advance(2.0)
        stand.show(*aside)
        (told,) = stand.told[before:]
        return min(metres for metres in told.metres if metres > 0.0)

    stand.hear(STANDING | {"VelocityX": 2.0})
    # Where a camera shows more, what moves by as many pixels is nearer.
    nearer = math.tan(math.radians(30.0)) / math.tan(math.radians(40.0))
    assert nearest(80.0) / nearest(60.0) == pytest.approx(nearer, rel=0.05)


def test_of_one_picture_in_sequence_only_its_small_copy_is_kept(stand: Stand, ahead: list[Picture]) -> None:
    stand.hear(WALKING)
    stand.show(*ahead)
    stand.write(np.zeros_like(ahead[0]))
    assert all(
        shot.grey.base is None or shot.grey.nbytes < ahead[0].nbytes for shot in stand.actor._passing.shots
    )
    assert all(shot.grey.any() for shot in stand.actor._passing.shots)


@pytest.mark.parametrize("shape", [(90, 160, 1), (90, 160, 4), (1, 1, 3), (1, 640, 4), (333, 21, 1)])
def test_pictures_of_any_shape_are_looked_at(stand: Stand, shape: tuple[int, ...]) -> None:
    stand.hear(WALKING)
    stand.show(*[np.full(shape, 200, np.uint8)] * 2)
    assert stand.told == []
    assert stand.world.failures == {}


def test_what_moves_past_is_told_in_grey_pictures_too(stand: Stand, ahead: list[Picture]) -> None:
    stand.hear(WALKING)
    stand.show(*[picture[:, :, :1].copy() for picture in ahead])
    assert len(stand.told) == 2
