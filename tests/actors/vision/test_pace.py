"""Which picture is taken when."""

import pytest

from actors.vision.pace import Moment, next_moment


def course(source_fps: float, capture_fps: float, seconds: float, late: float = 0.0) -> list[Moment]:
    moments: list[Moment] = []
    moment = next_moment(None, 0.0, source_fps, capture_fps)
    while moment.due < seconds:
        moments.append(moment)
        moment = next_moment(moment, moment.due + late, source_fps, capture_fps)
    return moments


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
    moments = course(source, capture, 1.0)
    assert len(moments) == pictures
    assert moments[-1].position == last_position


def test_positions_only_go_forward() -> None:
    positions = [moment.position for moment in course(29.97, 13.0, 20.0)]
    assert positions == sorted(set(positions))


def test_whoever_is_late_leaves_out_what_is_past() -> None:
    moments = course(30.0, 30.0, 10.0, late=0.5)
    assert len(moments) < 25
    assert moments[-1].position == pytest.approx(moments[-1].due * 30.0, abs=1)
