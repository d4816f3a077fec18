"""What a histogram says of its values."""

import pytest

from supervisor.metrics.histogram import Histogram


def test_a_quantile_lies_between_the_bounds_of_its_bucket() -> None:
    counted = Histogram((1.0, 2.0, 4.0))
    for value in (0.5, 1.5, 1.6, 3.0):
        counted.observe(value)
    assert [counted.read().quantile(part) for part in (0.25, 0.5, 0.75, 1.0)] == [1.0, 1.5, 2.0, 4.0]


def test_above_all_bounds_it_is_the_last_and_of_nothing_there_is_none() -> None:
    counted = Histogram((1.0, 2.0))
    assert counted.read().quantile(0.95) is None
    counted.observe(100.0)
    assert counted.read().quantile(0.95) == pytest.approx(2.0)
