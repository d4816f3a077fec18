"""The camera's words about itself, under the virtual clock."""

from pathlib import Path

from actors.conversation.messages import ReplySentence, TurnStarted
from actors.kernel.media.frames import RingAddress
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.vision.camera.camera import THINKS, Camera
from actors.vision.internal import CaptureEnded, FrameTaken
from actors.vision.messages import FrameReady
from actors.vocabulary.values import UNKNOWN
from config.schema import ComputerVision
from tests.doubles.virtual_world import Probe, VirtualWorld

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


def given(world: VirtualWorld, detector: Probe, seconds: float) -> int:
    """How many pictures the detector is told of meanwhile, of fifteen a second."""
    before = len(detector.of(FrameReady))
    for n in range(round(15 * seconds)):
        world.advance(1.0 / 15.0)
        world.give("vision.camera", FrameTaken(n, 9, 16, 3, 1.5))
    return len(detector.of(FrameReady)) - before


def test_while_somebody_waits_for_an_answer_one_picture_a_second_is_given_out() -> None:
    world = VirtualWorld()
    detector = world.probe("vision.detector")
    camera(world, "none")
    assert 20 <= given(world, detector, 5.0) <= 30
    world.give("vision.camera", TurnStarted(1, "Hello?", UNKNOWN))
    assert 3 <= given(world, detector, 4.0) <= 6
    world.give("vision.camera", ReplySentence(1, 0, "Hello."))
    given(world, detector, 1.0)
    assert 20 <= given(world, detector, 5.0) <= 30


def test_a_turn_that_never_ends_blinds_nobody_for_long() -> None:
    world = VirtualWorld()
    detector = world.probe("vision.detector")
    camera(world, "none")
    world.give("vision.camera", TurnStarted(1, "Hello?", UNKNOWN))
    given(world, detector, THINKS)
    assert given(world, detector, 5.0) >= 20
