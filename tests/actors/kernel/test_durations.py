"""How long handlers took, as counts."""

import math

from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.directory import Directory
from actors.kernel.durations import PLACES, bound, no_counts, quantile, since, together
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox
from tests.actors.kernel.parts import Listener, Memo, envelope


class Stepping:
    """A clock whose time goes on by `step` seconds whenever somebody looks."""

    def __init__(self, step: float) -> None:
        self.step, self.now = step, 0.0

    def monotonic(self) -> float:
        self.now += self.step
        return self.now

    def wall(self) -> float:
        return self.now


def counted(step: float, messages: int = 1) -> list[int]:
    """The counts of an actor each of whose messages takes `step` seconds."""
    incarnation = Incarnation(Listener(), "a", 1, Mailbox(), Directory(), Stepping(step))
    for number in range(messages):
        incarnation.handle(envelope(Memo(number), number + 1))
    return list(incarnation.durations)


@given(st.floats(1e-9, 1e8))
def test_a_duration_is_counted_between_the_bounds_of_its_place(seconds: float) -> None:
    (place,) = (place for place, count in enumerate(counted(seconds)) if count)
    assert place < PLACES
    assert seconds <= bound(place) * 1.001
    assert not place or seconds >= bound(place - 1) * 0.999


def test_every_message_counts_once_and_a_quantile_is_near() -> None:
    counts = counted(0.003, messages=7)
    assert sum(counts) == 7
    found = quantile(counts, 0.5)
    assert found is not None
    assert math.isclose(found, 0.003, rel_tol=0.2)


def test_quantiles_tell_the_many_from_the_few() -> None:
    counts = together(counted(0.001, 90), counted(1.0, 10))
    median, late = quantile(counts, 0.5), quantile(counts, 0.95)
    assert median is not None
    assert late is not None
    assert median < 0.0015
    assert late > 0.7


def test_nothing_has_no_quantile_and_what_came_since_is_the_difference() -> None:
    assert quantile(no_counts(), 0.5) is None
    more = together(counted(0.1), counted(0.2))
    assert since(more, counted(0.1)) == tuple(counted(0.2))
