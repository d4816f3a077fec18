"""The camera's words about itself, under the virtual clock."""

from pathlib import Path

from actors.kernel.media.frames import RingAddress
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.vision.camera.camera import Camera
from actors.vision.internal import CaptureEnded, FrameTaken
from actors.vision.messages import FrameReady
from config.schema import ComputerVision
from tests.doubles.virtual_world import VirtualWorld

RING = RingAddress("gerald-none", 4, 100)


def camera(world: VirtualWorld, source: str) -> Camera:
    made = Camera(ComputerVision(source=source), RING, Path())
    world.start(made, "vision.camera")
    return made


def last(world: VirtualWorld) -> HealthChanged:
    world.run()
    said = world.supervisor.of(HealthChanged)[-1]
    assert isinstance(said, HealthChanged)
    return said


def test_without_a_source_it_says_so_and_reads_nothing() -> None:
    world = VirtualWorld()
    camera(world, "none")
    assert last(world).health is Health.OK
    assert "no picture source" in last(world).reason


def test_every_picture_is_announced_to_the_detector() -> None:
    world = VirtualWorld()
    detector = world.probe("vision.detector")
    camera(world, "none")
    world.give("vision.camera", FrameTaken(7, 9, 16, 3, 1.5))
    assert detector.messages == [FrameReady(7, 9, 16, 3, 1.5)]
    assert "16x9" in last(world).reason


def test_a_source_that_broke_is_down_with_the_remedy() -> None:
    world = VirtualWorld()
    camera(world, "none")
    world.give("vision.camera", CaptureEnded(0, "it is gone", "plug it in"))
    assert (last(world).health, last(world).remedy) == (Health.DOWN, "plug it in")


def test_the_end_of_an_earlier_capture_changes_nothing() -> None:
    world = VirtualWorld()
    camera(world, "none")
    before = last(world)
    world.give("vision.camera", CaptureEnded(5, "late news", ""))
    assert last(world) == before
