"""Telling people from echoes and from inventions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.speech.engines.engine import Transcription
from actors.speech.listening.hearing import (
    Closure,
    Remembered,
    invented,
    resembles,
    still_remembered,
    without_loops,
)

SAID = ("Nice to meet you, I am Gerald.", "What brings you to this world today?")


@pytest.mark.parametrize(
    "heard",
    [
        "Nice to meet you, I am Gerald.",
        "nice to meet you i'm gerald",
        "what brings you to this world",
        "meet you, I am Gerald. What brings you",
        "Nice to meet you, I am Harold.",
    ],
)
def test_what_the_bot_said_is_an_echo_in_part_and_with_mistakes(heard: str) -> None:
    assert resembles(heard, SAID, 0.8)


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "Gerald",
        "To this",
        "I came to look at the waterfall, and you?",
        "Nice to meet you, I am Gerald. But tell me, who made you and why are you so fond of rivers?",
        "Where is the world portal today?",
    ],
)
def test_what_a_person_says_is_not_an_echo(heard: str) -> None:
    assert not resembles(heard, SAID, 0.8)


def test_a_short_word_is_an_echo_of_an_equally_short_sentence_only() -> None:
    assert resembles("Yes!", ("Yes.",), 0.8)
    assert not resembles("Yes!", ("Yes, I would love to.",), 0.8)


@given(st.lists(st.sampled_from("the river runs past seven old houses".split()), min_size=3, max_size=12))
def test_a_sentence_always_resembles_itself(words: list[str]) -> None:
    assert resembles(" ".join(words), (" ".join(words),), 1.0)


@pytest.mark.parametrize(
    ("text", "no_speech", "certainty", "is_invented"),
    [
        ("What is the capital of France?", 0.02, 0.95, False),
        ("", 0.02, 0.95, True),
        (" ... ", 0.02, 0.95, True),
        ("you", 0.95, 0.95, True),
        ("You", 0.2, 0.6, True),
        ("You.", 0.2, 0.95, False),
        ("Thanks for watching!", 0.3, 0.7, True),
        ("I like it here", 0.3, 0.6, False),
    ],
)
def test_silence_and_noise_are_known_by_what_is_made_of_them(
    text: str, no_speech: float, certainty: float, is_invented: bool
) -> None:
    assert invented(Transcription(text, no_speech, 0.1), certainty) is is_invented


def test_nothing_is_closed_before_the_bot_speaks() -> None:
    assert not Closure().covers(1000.0)
    assert not Closure().ended(1000.0, tail=0.3).covers(1000.1)


def test_recognition_is_closed_from_the_first_sample_until_the_tail_has_passed() -> None:
    playing = Closure().started(1000.0)
    assert not playing.covers(999.99)
    assert playing.covers(1000.0)
    assert playing.covers(1050.0)
    over = playing.ended(1060.0, tail=0.3)
    assert over.covers(1060.3)
    assert not over.covers(1060.4)


def test_a_playback_that_begins_in_the_tail_of_another_leaves_no_gap() -> None:
    again = Closure().started(1000.0).ended(1002.0, tail=0.3).started(1002.2)
    assert again.covers(1002.1)


def test_a_playback_whose_end_is_never_announced_does_not_close_recognition_for_ever() -> None:
    assert not Closure().started(1000.0).covers(1400.0)


def test_what_was_said_is_forgotten_in_time_and_in_number() -> None:
    said = tuple(Remembered.of("word " * 5, now) for now in range(30))
    assert len(still_remembered(said, 20.0)) == 20
    assert still_remembered(said, 100.0) == ()


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("Ha ha ha ha ha ha ha ha ha ha.", ""),
        ("Oh, oh, oh, oh, oh, oh.", ""),
        ("hahahahahahahahaha", ""),
        ("哈哈哈哈哈哈哈哈哈哈", ""),
        (
            "Well, I went home. Thank you. Thank you. Thank you. Thank you. Thank you.",
            "Well, I went home. Thank you",
        ),
        ("la la la la la la I love this song.", "la I love this song"),
        ("It was very, very, very good.", "It was very, very, very good."),
        ("No no no. Stop it!", "No no no. Stop it!"),
        ("I am going going gone.", "I am going going gone."),
        ("1000000000 is a billion.", "1000000000 is a billion."),
        ("", ""),
    ],
)
def test_a_loop_is_said_once_and_a_loop_alone_is_nothing(heard: str, said: str) -> None:
    assert without_loops(heard) == said
