"""Which picture is taken when."""

from collections import Counter

import pytest

from actors.vision.camera.pace import FrameTime, listeners, next_frame_time, turn_of
from actors.vision.messages import DEPTH, DETECTOR, READER
from config.schema import ComputerVision


def course(source_fps: float, capture_fps: float, seconds: float, late: float = 0.0) -> list[FrameTime]:
    times: list[FrameTime] = []
    frame_time = next_frame_time(None, 0.0, source_fps, capture_fps)
    while frame_time.due < seconds:
        times.append(frame_time)
        frame_time = next_frame_time(frame_time, frame_time.due + late, source_fps, capture_fps)
    return times


@pytest.mark.parametrize(
    ("source", "capture", "pictures", "last_position"),
    [
        (30.0, 15.0, 15, 28),
        (30.0, 30.0, 30, 29),
        (10.0, 15.0, 10, 9),
        (0.0, 15.0, 15, 14),
        (30.0, 12.0, 12, 27),
    ],
)
def test_a_second_of_pictures(source: float, capture: float, pictures: int, last_position: int) -> None:
    times = course(source, capture, 1.0)
    assert len(times) == pictures
    assert times[-1].position == last_position


def test_positions_only_go_forward() -> None:
    positions = [frame_time.position for frame_time in course(29.97, 13.0, 20.0)]
    assert positions == sorted(set(positions))


def test_a_late_camera_leaves_out_what_is_past() -> None:
    times = course(30.0, 30.0, 10.0, late=0.5)
    assert len(times) < 25
    assert times[-1].position == pytest.approx(times[-1].due * 30.0, abs=1)


def given(rates: dict[str, float], taken: float, seconds: float) -> Counter[str]:
    """How many of the pictures taken so often a second each listener is told of."""
    due: dict[str, float] = {}
    told: Counter[str] = Counter()
    for n in range(round(taken * seconds)):
        turns = turn_of(due, rates, 100.0 + n / taken)
        due.update(turns)
        told.update(turns.keys())
    return told


def test_every_listener_is_told_at_its_own_rate() -> None:
    told = given({"eager": 30.0, "calm": 5.0, "slow": 1.0}, 30.0, 10.0)
    assert told["eager"] == 300
    assert 50 <= told["calm"] <= 60
    assert 10 <= told["slow"] <= 12


def test_all_detectors_together_are_told_at_the_rate_that_is_set() -> None:
    assert listeners(ComputerVision(processing_fps=7.0))[DETECTOR] == 7.0


def test_the_reader_is_told_at_its_own_rate() -> None:
    assert listeners(ComputerVision(processing_fps=7.0, reading_fps=0.5))[READER] == 0.5


def test_who_estimates_distances_is_told_only_while_that_is_wanted() -> None:
    assert listeners(ComputerVision(depth_fps=3.0))[DEPTH] == 3.0
    assert DEPTH not in listeners(ComputerVision(depth_estimation=False))
