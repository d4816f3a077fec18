"""Values that several rooms share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.values import tombstone
from actors.vocabulary.words import arousal_of, asks, plain, sentences_of, tone_of, topic_of, valence_of


@given(st.text())
def test_a_tombstone_is_the_same_each_time_and_short(user_id: str) -> None:
    assert tombstone(user_id) == tombstone(user_id)
    assert len(tombstone(user_id)) == 32


def test_a_tombstone_of_another_is_another_and_holds_no_id() -> None:
    assert tombstone("usr_a") != tombstone("usr_b")
    assert "usr" not in tombstone("usr_a")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("What do you know about dragons?", "dragons"),
        ("Hi, how are you?", ""),
        ("My cat Tofu loves tuna and cream a lot", "cat tofu loves tuna"),
    ],
)
def test_the_topic_is_in_the_words_that_carry_a_subject(text: str, topic: str) -> None:
    assert topic_of(text) == topic


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("That is great", "positive"),
        ("I am so sad", "negative"),
        ("good and bad", "neutral"),
        ("", "neutral"),
    ],
)
def test_the_tone_is_in_the_words(text: str, tone: str) -> None:
    assert tone_of(text) == tone


@pytest.mark.parametrize(("text", "it_does"), [("Why?", True), ('"Why?" ', True), ("Why? Because.", False)])
def test_a_question_is_what_ends_as_one(text: str, it_does: bool) -> None:
    assert asks(text) is it_does


def test_sentences_keep_their_marks() -> None:
    assert sentences_of("Hi! Are you... there?\nYes") == ("Hi!", "Are you...", "there?", "Yes")


@given(st.text(max_size=200))
def test_moods_are_in_their_ranges(text: str) -> None:
    assert -1.0 <= valence_of(text) <= 1.0
    assert 0.0 <= arousal_of(text) <= 1.0


@given(st.text(max_size=200), st.integers(0, 50))
def test_what_is_quoted_is_printable_and_short(text: str, longest: int) -> None:
    assert plain(text, longest).isprintable()
    assert len(plain(text, longest)) <= longest
