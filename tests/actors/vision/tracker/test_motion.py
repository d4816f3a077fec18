"""What the measures of successive pictures mean."""

import pytest

from actors.vision.messages import BrightnessChanged, Looked, MotionBegan, MotionEnded
from actors.vision.tracker.motion import Event, Seen, advance


def looked(at: float, brightness: float, amount: float = 0.0) -> Looked:
    return Looked(1, at, 9, 16, brightness, amount, 0.25, 0.75)


def told(*measures: Looked) -> list[Event]:
    seen, events = Seen(), []
    for one in measures:
        seen, new = advance(seen, one)
        events += new
    return events


def moving(at: float, amount: float) -> Looked:
    return looked(at, 0.5, amount)


def test_motion_begins_once_and_ends_once() -> None:
    events = told(
        moving(0.0, 0.0),
        moving(1.0, 0.05),
        moving(1.2, 0.2),
        moving(1.4, 0.02),
        moving(1.6, 0.0),
        moving(2.5, 0.0),
    )
    assert events == [MotionBegan(1.0, 0.25, 0.75, 0.05), MotionEnded(2.5, pytest.approx(0.4), 0.2)]


def test_motion_between_the_thresholds_neither_begins_nor_ends() -> None:
    assert told(*(moving(float(n), 0.005) for n in range(10))) == []
    events = told(moving(0.0, 0.05), *(moving(float(n), 0.005) for n in range(1, 10)))
    assert [type(event) for event in events] == [MotionBegan]


def test_a_short_stillness_does_not_end_the_motion() -> None:
    events = told(moving(0.0, 0.05), moving(0.5, 0.0), moving(0.9, 0.05), moving(1.4, 0.0), moving(2.0, 0.0))
    assert [type(event) for event in events] == [MotionBegan, MotionEnded]


def test_a_great_change_of_brightness_is_told_once() -> None:
    events = told(looked(0.0, 0.5), looked(1.0, 0.6), looked(2.0, 0.8), looked(3.0, 0.85), looked(4.0, 0.2))
    assert events == [BrightnessChanged(2.0, 0.5, 0.8), BrightnessChanged(4.0, 0.8, 0.2)]
