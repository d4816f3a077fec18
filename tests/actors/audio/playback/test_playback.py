"""What is announced of a playback."""

from hypothesis import given
from hypothesis import strategies as st

from actors.audio.messages import PlaybackEnded, PlaybackStarted, SentencePlayed, VoiceSilent
from actors.audio.playback.playback import Announcement, Playback, Step


def after(*steps: tuple[object, ...]) -> tuple[Playback, list[Announcement]]:
    """Take the named steps, at times 1, 2, 3..."""
    state, said = Playback(), []
    for at, (name, *arguments) in enumerate(steps, 1):
        take = getattr(state, str(name))
        step: Step = (
            take(*arguments[:-1], float(at), arguments[-1])
            if name == "played"
            else take(*arguments, float(at))
        )
        state = step[0]
        said += step[1]
    return state, said


def test_a_turn_of_two_sentences() -> None:
    _, said = after(
        ("began", 1), ("played", 1, 0, True), ("began", 1), ("done", 1, 2), ("played", 1, 1, True)
    )
    assert said == [
        PlaybackStarted(1, 1.0),
        SentencePlayed(1, 0),
        SentencePlayed(1, 1),
        PlaybackEnded(1, 5.0, sentences=2),
    ]


def test_a_turn_ends_only_when_no_sentence_will_follow() -> None:
    _, said = after(("began", 1), ("played", 1, 0, True))
    assert PlaybackEnded not in map(type, said)
    _, said = after(("began", 1), ("played", 1, 0, True), ("done", 1, 1))
    assert said[-1] == PlaybackEnded(1, 3.0, sentences=1)


def test_a_sentence_without_sound_counts_and_was_not_heard() -> None:
    _, said = after(("done", 1, 2), ("played", 1, 0, False), ("began", 1), ("played", 1, 1, True))
    assert said == [PlaybackStarted(1, 3.0), SentencePlayed(1, 1), PlaybackEnded(1, 4.0, sentences=2)]


def test_a_turn_without_sentences_ends_at_once() -> None:
    assert after(("done", 1, 0))[1] == [PlaybackEnded(1, 1.0)]


def test_a_cancelled_turn_ends_at_once_and_what_comes_later_is_nothing() -> None:
    _, said = after(("began", 3), ("cancelled", 3), ("played", 3, 0, True), ("began", 2), ("done", 3, 1))
    assert said == [PlaybackStarted(3, 1.0), PlaybackEnded(3, 2.0, cancelled=True)]


def test_a_turn_that_is_cancelled_before_it_began_is_announced_once() -> None:
    assert after(("cancelled", 5), ("cancelled", 5))[1] == [PlaybackEnded(5, 1.0, cancelled=True)]


def test_a_turn_that_ended_is_not_announced_again_when_it_is_cancelled() -> None:
    _, said = after(("began", 1), ("played", 1, 0, True), ("done", 1, 1), ("cancelled", 1))
    assert said[-1] == PlaybackEnded(1, 3.0, sentences=1)


def test_the_next_turn_ends_the_one_before() -> None:
    _, said = after(("began", 1), ("began", 2))
    assert said == [PlaybackStarted(1, 1.0), PlaybackEnded(1, 2.0), PlaybackStarted(2, 2.0)]


def test_a_quiet_playback_ends_and_begins_again_with_the_next_sound() -> None:
    state, said = after(("began", 1), ("quiet",), ("began", 1))
    assert said == [PlaybackStarted(1, 1.0), PlaybackEnded(1, 2.0), PlaybackStarted(1, 3.0)]
    assert state.now == PlaybackStarted(1, 3.0)


def test_a_cancelled_turn_tells_how_many_sentences_were_over() -> None:
    _, said = after(("began", 1), ("played", 1, 0, True), ("began", 1), ("cancelled", 1))
    assert said[-1] == PlaybackEnded(1, 4.0, cancelled=True, sentences=1)


def test_a_voice_that_is_silent_in_mid_turn_is_told_once_and_begins_again() -> None:
    state, said = after(("began", 1), ("silent", 1), ("silent", 1), ("began", 1), ("began", 1))
    assert said == [PlaybackStarted(1, 1.0), VoiceSilent(1, 2.0), PlaybackStarted(1, 4.0)]
    assert state.now == PlaybackStarted(1, 1.0)


def test_a_silence_of_a_turn_that_is_over_or_never_began_is_nothing() -> None:
    assert after(("silent", 1))[1] == []
    assert after(("began", 1), ("played", 1, 0, True), ("done", 1, 1), ("silent", 1))[1][-1:] == [
        PlaybackEnded(1, 3.0, sentences=1)
    ]


def test_what_goes_on_can_be_asked() -> None:
    assert Playback().now == PlaybackEnded(0, 0.0)
    assert after(("began", 4))[0].now == PlaybackStarted(4, 1.0)
    assert after(("began", 4), ("cancelled", 4))[0].now == PlaybackEnded(4, 2.0)


STEPS = st.one_of(
    st.tuples(st.just("began"), st.integers(1, 4)),
    st.tuples(st.just("played"), st.integers(1, 4), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("done"), st.integers(1, 4), st.integers(0, 4)),
    st.tuples(st.just("cancelled"), st.integers(1, 4)),
    st.tuples(st.just("silent"), st.integers(1, 4)),
    st.just(("quiet",)),
)


@given(st.lists(STEPS, max_size=40))
def test_whatever_happens_one_turn_plays_at_a_time_and_each_start_has_its_end(
    steps: list[tuple[object, ...]],
) -> None:
    state, said = after(*steps, ("cancelled", 9))
    playing: int | None = None
    for one in said:
        if isinstance(one, PlaybackStarted):
            assert playing is None
            playing = one.turn
        elif isinstance(one, PlaybackEnded | VoiceSilent) and one.turn == playing:
            playing = None
    assert playing is None
    assert state.tracks == ()
