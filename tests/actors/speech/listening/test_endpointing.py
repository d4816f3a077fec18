"""Where utterances begin and end, chunk by chunk."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.speech.listening.endpointing import (
    Endpointer,
    EndpointLimits,
    Event,
    SpeechBegan,
    SpeechCut,
    SpeechDismissed,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    advance,
    interrupted,
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
    assert run([0.1] * 5 + [0.9] * 2 + [0.1] * 10) == [(10, SpeechDismissed(5, 2, pytest.approx(0.9)))]


def test_a_sound_that_is_too_short_is_announced_and_then_dismissed() -> None:
    assert run([0.9] * 4 + [0.1] * 10) == [
        (2, SpeechBegan(0)),
        (7, SpeechDismissed(0, 4, pytest.approx(0.9), True)),
    ]


def test_a_pause_shorter_than_the_silence_does_not_end_an_utterance() -> None:
    events = run([0.9] * 6 + [0.1] * 3 + [0.9] * 6 + [0.1] * 4)
    assert [type(event) for _, event in events] == [SpeechBegan, SpeechEnded]
    assert events[1][1].spoken == 14


def test_speech_goes_on_while_the_probability_is_only_a_little_below_the_threshold() -> None:
    events = run([0.9] * 6 + [0.4] * 10 + [0.9] * 3 + [0.1] * 4)
    assert [(chunk, type(event)) for chunk, event in events] == [(2, SpeechBegan), (22, SpeechEnded)]


def test_speech_without_a_pause_is_cut_and_after_a_second_piece_it_is_over() -> None:
    events = [event for _, event in run([0.9] * 100)]
    began, cut, ended, again = events
    assert isinstance(cut, SpeechCut)
    assert isinstance(ended, SpeechEnded)
    assert [(one.keep, one.last) for one in (cut, ended)] == [(0, 39), (40, 79)]
    assert (began, ended.cut, again) == (SpeechBegan(0), True, SpeechBegan(80))


def test_an_utterance_ends_at_its_longest() -> None:
    limits = msgspec.structs.replace(LIMITS, longest=70)
    (ended, *_) = [event for _, event in run([0.9] * 100, limits) if isinstance(event, SpeechEnded)]
    assert (ended.keep, ended.first, ended.last, ended.cut) == (40, 0, 69, True)


PAUSING = msgspec.structs.replace(LIMITS, silence=20, pause=3)


def test_a_pause_is_told_once_and_what_goes_on_too() -> None:
    events = run([0.9] * 6 + [0.1] * 9 + [0.9] * 6 + [0.1] * 20, PAUSING)
    assert [(chunk, type(event)) for chunk, event in events] == [
        (2, SpeechBegan),
        (8, SpeechPaused),
        (17, SpeechResumed),
        (23, SpeechPaused),
        (40, SpeechEnded),
    ]
    assert events[1][1] == SpeechPaused(0, 0, 5, 8, pytest.approx(0.9))
    assert events[2][1] == SpeechResumed(gap=9, piece=False)


def test_a_click_in_a_pause_is_not_more_speech() -> None:
    events = run([0.9] * 6 + [0.1] * 5 + [0.9] * 2 + [0.1] * 20, PAUSING)
    assert [type(event) for _, event in events] == [SpeechBegan, SpeechPaused, SpeechEnded]


def test_a_long_utterance_becomes_pieces_at_its_pauses() -> None:
    events = [event for _, event in run([0.9] * 25 + [0.1] * 12 + [0.9] * 20 + [0.1] * 20, PAUSING)]
    assert [type(event) for event in events] == [
        SpeechBegan,
        SpeechPaused,
        SpeechResumed,
        SpeechPaused,
        SpeechEnded,
    ]
    first, resumed, second = events[1:4]
    assert isinstance(first, SpeechPaused)
    assert resumed == SpeechResumed(gap=12, piece=True)
    assert isinstance(second, SpeechPaused)
    assert (first.keep, first.last) == (0, 27)
    assert second.keep == 34  # the pre-roll of the speech that goes on at 37


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 30)), min_size=1, max_size=8))
def test_every_chunk_of_speech_is_in_exactly_one_piece(parts: list[tuple[int, int]]) -> None:
    probabilities = [p for speech, silence in parts for p in [0.9] * speech + [0.1] * silence] + [0.1] * 40
    limits = msgspec.structs.replace(PAUSING, least=1, longest=10_000)
    kept: list[int] = []
    pause: SpeechPaused | None = None
    for _, event in run(probabilities, limits):
        if isinstance(event, SpeechPaused):
            pause = event
        elif isinstance(event, SpeechResumed):
            assert pause is not None
            kept += range(pause.keep, pause.last + 1) if event.piece else ()
            pause = None
        elif isinstance(event, SpeechCut):
            kept += range(event.keep, event.last + 1)
            pause = None
        elif isinstance(event, SpeechEnded):
            piece = (pause.keep, pause.last) if pause is not None else (event.keep, event.last)
            kept += range(piece[0], piece[1] + 1)
            pause = None
    assert len(kept) == len(set(kept))
    blips = {n for begin, end in _runs(probabilities) if end - begin <= 2 for n in range(begin, end)}
    assert {n for n, p in enumerate(probabilities) if p > 0.5} - set(kept) <= blips


def _runs(probabilities: list[float]) -> list[tuple[int, int]]:
    edges = [0, *(n for n in range(1, len(probabilities)) if probabilities[n] != probabilities[n - 1])]
    return list(zip(edges, [*edges[1:], len(probabilities)], strict=True))


def levels(
    parts: list[tuple[int, float, float]], limits: EndpointLimits = PAUSING
) -> list[tuple[int, Event]]:
    """Events of so many chunks of a probability and a level each."""
    state, events = Endpointer(), []
    for count, probability, level in parts:
        for _ in range(count):
            state, event = advance(state, probability, limits, level)
            if event is not None:
                events.append((state.next - 1, event))
    return events


@pytest.mark.parametrize("below", [9.0, 12.0, 20.0])
def test_chatter_far_below_the_speaker_does_not_hold_the_turn(below: float) -> None:
    events = levels([(20, 0.9, -20.0), (60, 0.9, -20.0 - below)])
    assert [(chunk, type(event)) for chunk, event in events[1:3]] == [(25, SpeechPaused), (59, SpeechEnded)]


def test_a_voice_that_is_gone_is_a_pause_while_the_model_still_believes_in_it() -> None:
    limits = EndpointLimits.of(0.5, 0.2, 0.1, 15.0)
    state, told = Endpointer(), []
    for level in [-20.0] * 20 + [-60.0] * 14:
        state, event = advance(state, 0.9, limits, level)
        told.append(event)
    assert isinstance(told[21], SpeechPaused)  # after two chunks
    assert isinstance(told[33], SpeechEnded)  # later, as of a voice that may be there
    assert told[33].spoken == 19


def test_the_softer_end_of_a_sentence_is_still_its_speaker() -> None:
    events = levels([(20, 0.9, -20.0), (30, 0.9, -27.0), (30, 0.1, -60.0)])
    (ended,) = [event for _, event in events if isinstance(event, SpeechEnded)]
    assert ended.spoken == 49


def test_who_begins_far_below_the_last_speaker_is_faint_for_three_seconds() -> None:
    said = [(20, 0.9, -20.0), (30, 0.1, -60.0)]
    soon = levels([*said, (10, 0.9, -40.0)])
    later = levels([*said, (100, 0.1, -60.0), (10, 0.9, -40.0)])
    assert [event.faint for _, event in (soon[-1], later[-1]) if isinstance(event, SpeechBegan)] == [
        True,
        False,
    ]


def test_what_is_being_said_when_the_stream_breaks_off_is_an_utterance() -> None:
    state = Endpointer()
    assert interrupted(state, LIMITS) is None
    for _ in range(3):
        state, _ = advance(state, 0.9, LIMITS)
    assert isinstance(interrupted(state, LIMITS), SpeechDismissed)
    for _ in range(5):
        state, _ = advance(state, 0.9, LIMITS)
    ended = interrupted(state, LIMITS)
    assert isinstance(ended, SpeechEnded)
    assert (ended.keep, ended.last) == (0, 7)


def test_sound_of_one_utterance_is_never_part_of_the_next() -> None:
    events = [event for _, event in run(([0.9] * 8 + [0.1] * 4) * 2)]
    first, second = (event for event in events if isinstance(event, SpeechEnded))
    assert second.keep == first.last + 1


def test_limits_are_whole_chunks_and_never_less_than_what_was_asked_for() -> None:
    assert EndpointLimits.of(0.5, 0.38, 0.25, 15.0) == EndpointLimits(
        0.5, silence=12, least=8, most=469, pre_roll=10, longest=469, pause=3, dismissed=12, hush=2
    )
    assert EndpointLimits.of(0.5, 0.32, 0.0, 1.0) == EndpointLimits(
        0.5, silence=10, least=1, most=32, pre_roll=10, longest=32, pause=3, dismissed=12, hush=2
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
