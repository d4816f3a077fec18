"""Text is split so that all of it is shown, and spaced out so that nobody is muted."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.osc.chatbox import (
    LIMIT,
    MAX_TEXT,
    MORE,
    READING,
    SPACING,
    Chatbox,
    cancel,
    clean,
    due_in,
    fits,
    next_text,
    split,
    write,
)

WORDS = st.text("abcdefghijé猫😀", min_size=1, max_size=12)
PROSE = st.lists(st.tuples(WORDS, st.sampled_from(["", "", "", ".", "!", "?", ","])), max_size=120).map(
    lambda words: " ".join(word + mark for word, mark in words)
)


@given(st.one_of(PROSE, st.text(max_size=600)))
def test_every_piece_fits_and_none_is_empty(text: str) -> None:
    assert all(piece and fits(piece) for piece in split(text))


@given(PROSE)
def test_no_word_is_lost_torn_or_moved(text: str) -> None:
    assert " ".join(split(text)).split() == text.split()


@given(st.text(max_size=600))
def test_not_a_character_is_lost(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(clean(text).split())


def test_what_fits_is_one_message() -> None:
    assert split("Hello there.") == ("Hello there.",)


def test_a_long_text_is_cut_between_sentences() -> None:
    sentence = "This sentence is exactly as long as it needs to be for the test."
    assert split(" ".join([sentence] * 3)) == (f"{sentence} {sentence}", sentence)


def test_without_a_sentence_s_end_it_is_cut_between_words() -> None:
    pieces = split("word " * 60)
    assert all(
        len(piece) <= LIMIT and piece.startswith("word") and piece.endswith("word") for piece in pieces
    )


def test_a_word_longer_than_a_message_is_torn() -> None:
    assert [len(piece) for piece in split("x" * 300)] == [144, 144, 12]


def test_an_emoji_counts_as_two_characters() -> None:
    assert [len(piece) for piece in split("😀" * 100)] == [72, 28]


def test_no_more_than_nine_lines_are_shown_at_once() -> None:
    text = "\n".join(f"line {n}" for n in range(12))
    assert [piece.count("\n") + 1 for piece in split(text)] == [9, 3]


def test_the_space_between_two_words_takes_part_of_a_line() -> None:
    assert fits("\n".join(["a" * 12 + " " + "b" * 13] * 5))
    assert not fits("\n".join(["a" * 13 + " " + "b" * 13] * 5))


def test_wrapped_lines_count() -> None:
    assert not fits("\n".join(["a" * 20 + " " + "b" * 20] * 3 + ["x"] * 4))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  a \t b\r\n\n c ", "a b\nc"),
        ("a\x00b\x1b[31m", "a b [31m"),
        ("evil\u202etxt", "evil txt"),
        ("\ud800 lone", "lone"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\x07\n \u200b", ""),
    ],
)
def test_control_characters_do_not_pass(text: str, shown: str) -> None:
    assert clean(text) == shown


def drain(box: Chatbox, now: float) -> list[tuple[float, int, str]]:
    """What is sent when, from `now` on."""
    sent = []
    while (wait := due_in(box, now)) is not None:
        now += wait
        box, text = next_text(box, now)
        assert text is not None
        sent.append((now, text.turn, text.text))
    return sent


def test_the_first_text_goes_at_once() -> None:
    assert due_in(write(Chatbox(), 1, "Hello.", 5.0), 5.0) == 0.0


def test_a_line_stands_as_long_as_a_reader_needs() -> None:
    sent = drain(write(Chatbox(), 1, "many words " * 60, 0.0), 0.0)

    assert len(sent) > 3
    for (at, _, text), (after, _, _) in pairwise(sent):
        assert after - at == pytest.approx(max(SPACING, len(text) / READING))


def test_a_short_line_stands_until_the_next_message_may_be_sent() -> None:
    box, _ = next_text(write(Chatbox(), 1, "Yes.", 0.0), 0.0)
    assert due_in(write(box, 1, "No.", 0.1), 0.1) == pytest.approx(SPACING - 0.1)


def test_another_turns_text_waits_for_no_reader() -> None:
    box, _ = next_text(write(Chatbox(), 1, "word " * 25, 0.0), 0.0)
    assert due_in(write(box, 1, "More.", 0.5), 0.5) == pytest.approx(124 / READING - 0.5)
    assert due_in(write(box, 2, "Something new.", 0.5), 0.5) == pytest.approx(SPACING - 0.5)


def test_of_a_text_that_becomes_too_long_the_beginning_stays_with_a_sign() -> None:
    box = Chatbox()
    for number in range(300):
        box = write(box, 1, f"This is sentence number {number}.", 0.0)
    (waiting,) = box.waiting
    assert waiting.text.endswith(MORE)
    assert len(waiting.text) <= MAX_TEXT
    whole = " ".join(f"This is sentence number {number}." for number in range(300))
    assert whole.startswith(waiting.text.removesuffix(MORE))


def test_nothing_is_sent_too_early() -> None:
    box, _ = next_text(write(Chatbox(), 1, "One.", 0.0), 0.0)
    box = write(box, 1, "Two.", 0.1)

    assert next_text(box, SPACING - 0.01)[1] is None
    assert drain(box, 0.1) == [(SPACING, 1, "Two.")]


def test_sentences_that_wait_together_become_one_message() -> None:
    box, _ = next_text(write(Chatbox(), 1, "One.", 0.0), 0.0)
    box = write(write(box, 1, "Two.", 0.1), 1, "Three.", 0.2)

    assert drain(box, 0.2) == [(SPACING, 1, "Two. Three.")]


def test_a_text_that_grows_replaces_what_waits_of_it() -> None:
    box, _ = next_text(write(Chatbox(), 1, "Earlier.", 0.0), 0.0)
    box = write(write(box, 1, "I think", 0.1), 1, "I think so.", 0.2)

    assert drain(box, 0.2) == [(SPACING, 1, "I think so.")]


def test_a_sentence_that_is_said_again_is_shown_again() -> None:
    box = write(write(write(Chatbox(free_at=9.0), 1, "No.", 0.0), 1, "No.", 0.0), 1, "No.", 0.0)
    assert [waiting.text for waiting in box.waiting] == ["No. No. No."]


def test_a_newer_turn_replaces_what_waits_of_older_ones() -> None:
    box, _ = next_text(write(Chatbox(), 1, "Sent.", 0.0), 0.0)
    box = write(write(box, 1, "Old.", 0.1), 2, "New.", 0.2)

    assert drain(box, 0.2) == [(SPACING, 2, "New.")]


def test_text_outside_of_turns_is_not_replaced() -> None:
    box = write(write(write(Chatbox(), 1, "Old.", 0.0), 0, "Notice.", 0.0), 2, "New.", 0.0)

    assert [text for _, _, text in drain(box, 0.0)] == ["Notice.", "New."]


def test_a_cancelled_turn_is_dropped_also_when_its_text_comes_later() -> None:
    box = cancel(write(Chatbox(), 3, "Void.", 0.0), 3)
    box = write(box, 2, "Void too.", 0.1)

    assert due_in(box, 0.1) is None
    assert drain(write(box, 4, "Valid.", 0.2), 0.2) == [(0.2, 4, "Valid.")]


def test_cancelling_an_older_turn_does_not_revive_a_later_one() -> None:
    assert cancel(cancel(Chatbox(), 5), 3).voided == 5


def test_what_waits_is_bounded() -> None:
    box = Chatbox()
    for n in range(100):
        box = write(box, n % 2, "word " * 200, float(n))

    assert sum(len(waiting.text) for waiting in box.waiting) <= 8 * MAX_TEXT


FLAG = "\U0001f1ef\U0001f1f5"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize("before", ["", "a", "abc"])
@pytest.mark.parametrize("character", [FLAG, FAMILY, "\U0001f44b\U0001f3fd", "e\u0301\u0323", "\u0928\u093f"])
def test_what_a_person_sees_as_one_character_is_never_cut(before: str, character: str) -> None:
    text = before + character * 100
    pieces = split(text)
    assert "".join(pieces) == text
    assert all(fits(piece) for piece in pieces)
    assert {piece.removeprefix(before).replace(character, "") for piece in pieces} == {""}
