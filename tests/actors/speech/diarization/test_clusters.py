"""Which utterances are of one voice: numbers only where it is certain, bounded, and the same for the same points."""

import numpy as np

from actors.speech.diarization.clusters import FEWEST, SHORTEST, VOICES, Points, Voices, heard, told

AT = 1_700_000_000.0
_AXES = np.eye(256, dtype=np.float32)


def points(direction: int, count: int = 6, *, toward: int = 0, cosine: float = 1.0) -> Points:
    """So many equal points along one axis, or at `cosine` to it and the rest toward another."""
    point = cosine * _AXES[direction] + (1 - cosine**2) ** 0.5 * _AXES[toward]
    return np.tile(point, (count, 1)).astype(np.float32)


def numbers(*utterances: Points) -> list[int]:
    voices, given = Voices(), []
    for utterance in utterances:
        voices, number = heard(voices, utterance, AT)
        given.append(number)
    return given


def test_the_same_voice_has_the_same_number_and_another_has_another() -> None:
    assert numbers(points(1), points(2), points(1), points(2), points(3)) == [1, 2, 1, 2, 3]


def test_what_is_short_makes_no_voice_and_has_the_number_of_one_that_is_clearly_near() -> None:
    short = points(1, FEWEST - 1)
    assert numbers(short, points(1), short) == [0, 1, 1]
    assert numbers(points(1), points(1, SHORTEST - 1)) == [1, 0]
    assert numbers(points(1), points(1, SHORTEST, toward=9, cosine=0.82)) == [1, 0]
    near = points(1, toward=2, cosine=0.6)
    assert numbers(points(1), near, points(1, FEWEST - 1, toward=2, cosine=0.85)) == [1, 2, 0]


def test_what_is_short_changes_no_voice() -> None:
    voices, _ = heard(Voices(), points(1), AT)
    after, number = heard(voices, points(1, SHORTEST, toward=9, cosine=0.9), AT + 5.0)
    assert number == 1
    assert (after.known[0].sum == voices.known[0].sum).all()
    assert (after.known[0].weight, after.known[0].at) == (voices.known[0].weight, AT + 5.0)


def test_two_that_are_alike_and_neither_near_nor_far_are_a_voice() -> None:
    odd = points(1, toward=9, cosine=0.7)
    assert numbers(points(1), odd, odd, odd, points(1)) == [1, 0, 2, 2, 1]
    assert numbers(points(1), odd, points(1, toward=8, cosine=0.7)) == [1, 0, 0]


def test_what_was_alike_an_hour_ago_is_forgotten() -> None:
    odd = points(1, toward=9, cosine=0.7)
    voices, _ = heard(Voices(), points(1), AT)
    voices, _ = heard(voices, odd, AT)
    voices, _ = heard(voices, points(1), AT + 3000.0)
    assert heard(voices, odd, AT + 3601.0)[1] == 0


def test_what_is_neither_near_nor_far_has_no_number() -> None:
    assert numbers(points(1), points(1, toward=9, cosine=0.7)) == [1, 0]


def test_what_is_near_two_voices_has_no_number() -> None:
    between = points(1, toward=2, cosine=0.5**0.5)
    near = points(1, toward=2, cosine=0.6)
    assert numbers(points(1), near, between)[:2] == [1, 2]
    assert numbers(points(1), near, points(1, toward=2, cosine=0.85)) == [1, 2, 0]


def test_two_people_in_one_utterance_have_no_number() -> None:
    both = np.concatenate([points(1, 5), points(2, 5)])
    assert numbers(points(1), both, points(2)) == [1, 0, 2]


def test_two_voices_that_come_together_are_one_with_the_older_number() -> None:
    voices = Voices()
    for cosine in (1.0, 0.6):
        voices, _ = heard(voices, points(1, toward=2, cosine=cosine), AT)
    for cosine in (0.64, 0.7, 0.77, 0.86, 0.9, 0.93, 0.95, 0.97):  # the second moves toward the first
        mixed = points(1, 12, toward=2, cosine=cosine)
        second = next((one for one in voices.known if one.number == 2), None)
        if second is None:
            break
        moved = second.and_more(mixed.sum(axis=0), 60.0, AT)
        known = tuple(moved if one.number == 2 else one for one in voices.known)
        voices, _ = heard(Voices(known, voices.last), mixed, AT)
    assert [one.number for one in voices.known] == [1]
    assert heard(voices, points(1), AT)[1] == 1


def test_no_more_voices_are_known_than_the_limit_and_the_one_not_heard_for_longest_goes() -> None:
    voices = Voices()
    for direction in range(VOICES + 3):
        voices, number = heard(voices, points(direction), AT + direction)
        assert number == direction + 1
    assert len(voices.known) == VOICES
    assert told(voices, points(0)) == 0
    assert told(voices, points(VOICES + 2)) == VOICES + 3


def test_a_voice_that_was_not_heard_for_an_hour_is_forgotten_and_its_number_never_given_again() -> None:
    voices, _ = heard(Voices(), points(1), AT)
    voices, number = heard(voices, points(1), AT + 3601.0)
    assert (number, len(voices.known)) == (2, 1)


def test_numbers_go_on_above_the_last_one() -> None:
    assert heard(Voices(last=1_000_000), points(1), AT)[1] == 1_000_001


def test_asking_learns_nothing() -> None:
    voices, _ = heard(Voices(), points(1), AT)
    assert told(voices, points(1)) == 1
    assert told(voices, points(2)) == 0
    assert [one.number for one in voices.known] == [1]


def test_a_voice_follows_who_changes_slowly() -> None:
    voices, _ = heard(Voices(), points(1), AT)
    for step in range(1, 40):
        cosine = 1 - step / 40
        voices, number = heard(voices, points(1, 20, toward=2, cosine=cosine), AT)
        assert number == 1
    assert told(voices, points(2)) == 1
