"""The detector: real pictures in a real ring, real networks, a virtual clock."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.kernel.media.frame_ring import Picture
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.vision.detector import detector as module
from actors.vision.detector import model_file, network
from actors.vision.detector.detector import Detector
from actors.vision.detector.search import open_search
from actors.vision.messages import FrameReady
from actors.vision.networks import session
from config.schema import ComputerVision
from tests.doubles.looking import LookingDetector, room
from tests.doubles.networks import NAMES, finding_white, giving

FOUND = np.asarray([[[8.0, 16.0, 24.0, 56.0, 0.9, 0]]], np.float32)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LookingDetector]:
    made = LookingDetector(tmp_path)
    yield made
    made.close()


def test_motion_and_people_come_in_one_message(bench: LookingDetector) -> None:
    bench.start(finding_white())
    (first,) = bench.show(room())
    assert (first.found, first.amount, first.searched) == ((), 0.0, True)
    (told,) = bench.show(room(200))
    assert (told.generation, told.height, told.width) == (2, 180, 320)
    assert told.at == bench.world.clock.wall()
    assert told.amount == pytest.approx(50 * 50 / (180 * 320), rel=0.2)
    assert told.x == pytest.approx(225 / 320, abs=0.02)
    assert [one.kind for one in told.found] == ["person"]
    assert told.found[0].box.left + told.found[0].box.width / 2 == pytest.approx(225 / 320, abs=0.03)


def test_the_embedded_network_is_used_where_none_is_named(bench: LookingDetector) -> None:
    bench.start()
    (told,) = bench.show(room())
    assert told.searched
    assert bench.health().reason == "looks with MobileNetV3-CenterNet; and for motion"
    assert bench.health().health is Health.OK


def test_how_long_a_picture_takes_is_told_after_ten_and_not_for_each(bench: LookingDetector) -> None:
    bench.start(finding_white())
    for _ in range(9):
        bench.show(room())
    assert "ms a picture" not in bench.health().reason
    for _ in range(40):
        bench.show(room())
    assert "ms a picture" in bench.health().reason
    assert len(bench.world.supervisor.of(HealthChanged)) == 2


def test_a_picture_that_is_too_old_or_gone_is_left_out(bench: LookingDetector) -> None:
    bench.start(finding_white())
    assert bench.show(room(), age=module.TOO_OLD + 0.1) == []
    frame = bench.writer.write(room(), bench.world.clock.wall())
    for _ in range(4):
        bench.writer.write(room(), bench.world.clock.wall())
    gone = FrameReady(frame.generation, frame.height, frame.width, frame.channels, frame.captured_at)
    assert bench.tell(gone) == []


def test_a_picture_that_is_written_over_while_it_is_copied_is_not_told(
    bench: LookingDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.start(finding_white())

    def overtaken(picture: Picture, placement: Any) -> Picture:
        small = shrunk(picture, placement)
        for _ in range(4):
            bench.writer.write(room(100), 0.0)
        return small

    shrunk = module.shrunk
    monkeypatch.setattr(module, "shrunk", overtaken)
    assert bench.show(room()) == []


def test_the_ring_is_free_while_the_network_computes(bench: LookingDetector) -> None:
    """It is written over in between, and what was seen stays."""
    actor = bench.start(finding_white())
    found = actor._seeker.found

    def slow(picture: Picture, placement: Any) -> Any:
        for _ in range(8):
            bench.writer.write(room(), 0.0)
        return found(picture, placement)

    actor._seeker.found = slow  # type: ignore[method-assign]
    (told,) = bench.show(room(200))
    assert [one.kind for one in told.found] == ["person"]


@pytest.mark.parametrize("shape", [(180, 320, 1), (180, 320, 4), (1, 1, 3), (1, 320, 3), (180, 1, 3)])
def test_pictures_of_every_shape_are_looked_at(bench: LookingDetector, shape: tuple[int, ...]) -> None:
    bench.start(finding_white())
    (told,) = bench.show(np.full(shape, 255, np.uint8))
    assert told.brightness == pytest.approx(1.0)
    assert told.searched


def test_a_picture_without_pixels_is_none(bench: LookingDetector) -> None:
    bench.start(finding_white())
    assert bench.tell(FrameReady(1, 0, 0, 3, bench.world.clock.wall())) == []


def test_pictures_that_change_their_size_are_looked_at(bench: LookingDetector) -> None:
    bench.start(finding_white())
    for width in (320, 100, 321, 64):
        (told,) = bench.show(room(shape=(90, width, 3)))
        assert (told.width, told.searched) == (width, True)


def test_switched_off_it_still_sees_motion(bench: LookingDetector) -> None:
    bench.start(object_detection=False)
    bench.show(room())
    (told,) = bench.show(room(200))
    assert (told.found, told.searched) == ((), False)
    assert told.amount > 0.0
    assert bench.health().health is Health.OK
    assert "object_detection is off" in bench.health().reason


def test_without_its_network_it_says_so_and_still_sees_motion(
    bench: LookingDetector, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model_file, "list_path", lambda: tmp_path / "models.yaml")
    bench.start()
    assert bench.health().health is Health.DEGRADED
    assert "there is no" in bench.health().reason
    assert "restore it from git" in bench.health().remedy
    bench.show(room())
    (told,) = bench.show(room(200))
    assert (told.searched, told.amount > 0.0) == (False, True)


def test_a_network_that_fails_is_tried_three_times_and_motion_goes_on(
    bench: LookingDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.start(giving({"o": FOUND}, notes={"names": NAMES}))
    (told,) = bench.show(room())
    assert told.searched
    tries = []

    def broken(*_: Any) -> None:
        tries.append(1)
        raise network.NetworkFails("its output o has values that are no numbers (NaN)")

    monkeypatch.setattr(network.Network, "_run", broken)
    for _ in range(6):
        (told,) = bench.show(room())
        assert not told.searched
    assert len(tries) == 3
    health = bench.health()
    assert health.health is Health.DEGRADED
    assert "own.onnx fails: its output o" in health.reason
    assert "not tried again" in health.reason
    assert "detector_model" in health.remedy


def test_a_network_that_fails_once_is_well_again_after_twenty_pictures(
    bench: LookingDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.start(giving({"o": FOUND}, notes={"names": NAMES}))
    with monkeypatch.context() as patched:
        patched.setattr(session, "MOST_OUTPUTS", 0)
        bench.show(room())
    assert bench.health().health is Health.DEGRADED
    for _ in range(19):
        bench.show(room())
    assert bench.health().health is Health.DEGRADED
    bench.show(room())
    assert bench.health().health is Health.OK


def test_another_network_needs_a_restart_and_other_rates_do_not(bench: LookingDetector) -> None:
    actor = bench.start(finding_white())
    same = actor._vision.model_copy(update={"processing_fps": 1.0})
    assert actor.commit({"computer_vision": same})
    assert not actor.commit({"computer_vision": same.model_copy(update={"detector_model": None})})


def test_the_network_is_loaded_before_the_actor_starts(bench: LookingDetector) -> None:
    """So that a standby process has it."""
    opened = []

    def opening(vision: ComputerVision, home: Path) -> Any:
        opened.append(home)
        return open_search(vision, home)

    Detector(ComputerVision(), bench.ring.address, bench.home, opening).preload()
    assert opened == [bench.home]
