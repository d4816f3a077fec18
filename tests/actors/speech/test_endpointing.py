"""Where utterances begin and end, chunk by chunk."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.speech.endpointing import (
    Endpointer,
    EndpointLimits,
    Event,
    SpeechBegan,
    SpeechDismissed,
    SpeechEnded,
    advance,
)

LIMITS = EndpointLimits(threshold=0.5, silence=4, least=5, most=40, pre_roll=3)


def run(probabilities: list[float], limits: EndpointLimits = LIMITS) -> list[tuple[int, Event]]:
    """Every event, with the chunk at which it came."""
    state, events = Endpointer(), []
    for chunk, probability in enumerate(probabilities):
        state, event = advance(state, probability, limits)
        if event is not None:
            events.append((chunk, event))
    return events


def test_silence_is_nothing() -> None:
    assert run([0.1] * 200) == []


def test_speech_is_announced_after_three_chunks_and_ends_with_the_silence() -> None:
    events = run([0.1] * 10 + [0.9] * 8 + [0.1] * 10)
    assert events == [
        (12, SpeechBegan(10)),
        (21, SpeechEnded(keep=7, first=10, spoken=17, last=21, certainty=pytest.approx(0.9), cut=False)),
    ]


def test_a_click_is_neither_announced_nor_an_utterance() -> None:
    assert run([0.1] * 5 + [0.9] * 2 + [0.1] * 10) == [(10, SpeechDismissed(5))]


def test_a_sound_that_is_too_short_is_announced_and_then_dismissed() -> None:
    assert run([0.9] * 4 + [0.1] * 10) == [(2, SpeechBegan(0)), (7, SpeechDismissed(0))]


def test_a_pause_shorter_than_the_silence_does_not_end_an_utterance() -> None:
    events = run([0.9] * 6 + [0.1] * 3 + [0.9] * 6 + [0.1] * 4)
    assert [type(event) for _, event in events] == [SpeechBegan, SpeechEnded]
    assert events[1][1].spoken == 14


def test_speech_goes_on_while_the_probability_is_only_a_little_below_the_threshold() -> None:
    events = run([0.9] * 6 + [0.4] * 10 + [0.9] * 3 + [0.1] * 4)
    assert [(chunk, type(event)) for chunk, event in events] == [(2, SpeechBegan), (22, SpeechEnded)]


def test_an_endless_utterance_is_cut_and_the_next_one_begins_where_it_was_cut() -> None:
    events = [event for _, event in run([0.9] * 100)]
    ends = [event for event in events if isinstance(event, SpeechEnded)]
    assert [(end.keep, end.last, end.cut) for end in ends] == [(0, 39, True), (40, 79, True)]


def test_sound_of_one_utterance_is_never_part_of_the_next() -> None:
    events = [event for _, event in run(([0.9] * 8 + [0.1] * 4) * 2)]
    first, second = (event for event in events if isinstance(event, SpeechEnded))
    assert second.keep == first.last + 1


def test_limits_are_whole_chunks_and_never_less_than_what_was_asked_for() -> None:
    assert EndpointLimits.of(0.5, 0.38, 0.25, 15.0) == EndpointLimits(
        0.5, silence=12, least=8, most=469, pre_roll=10
    )
    assert EndpointLimits.of(0.5, 0.32, 0.0, 1.0) == EndpointLimits(
        0.5, silence=10, least=1, most=32, pre_roll=10
    )


@given(st.lists(st.floats(0.0, 1.0), max_size=400))
def test_whatever_is_heard_utterances_are_whole_apart_and_in_bounds(probabilities: list[float]) -> None:
    events = run(probabilities)
    ends = [(chunk, event) for chunk, event in events if isinstance(event, SpeechEnded)]
    for chunk, end in ends:
        assert 0 <= end.keep <= end.first <= end.spoken <= end.last == chunk
        assert end.first - end.keep <= LIMITS.pre_roll
        assert end.last - end.first < LIMITS.most
        assert LIMITS.threshold <= end.certainty <= 1.0
    assert all(a.last < b.keep for (_, a), (_, b) in pairwise(ends))
    began = [event.first for _, event in events if isinstance(event, SpeechBegan)]
    over = [event.first for _, event in events if isinstance(event, SpeechEnded | SpeechDismissed)]
    assert set(began) - set(over) <= {began[-1]} if began else True


@given(st.lists(st.floats(0.0, 1.0), max_size=200))
def test_what_an_utterance_needs_was_never_given_up_before(probabilities: list[float]) -> None:
    state, given_up = Endpointer(), 0
    for probability in probabilities:
        given_up = max(given_up, state.earliest(LIMITS))
        state, event = advance(state, probability, LIMITS)
        assert not isinstance(event, SpeechEnded) or event.keep >= given_up
