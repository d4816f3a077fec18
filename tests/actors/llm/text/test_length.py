"""A reply ends with the sentence that reaches the limit, whatever the model writes."""

import pytest

from actors.llm.text.length import ENDLESS, ReplyLength, Said, most_of
from actors.llm.text.reply import SpokenReply

TWO = ReplyLength(sentences=2, words=50)


def said(text: str, most: ReplyLength, piece: int = 3, first_words: int = 8) -> tuple[list[str], bool]:
    """What is said of a text that comes in pieces until no more is wanted, and whether it was stopped."""
    reply = SpokenReply(first_words=first_words, most=most)
    sentences: list[str] = []
    for start in range(0, len(text), piece):
        sentences += reply.feed(text[start : start + piece])
        if reply.over:
            break
    return [*sentences, *reply.finish()], reply.over


@pytest.mark.parametrize("piece", [1, 4, 1000])
def test_the_reply_ends_with_the_sentence_that_reaches_the_limit(piece: int) -> None:
    text = "Well, my friend, I like otters. They hold hands. They sleep on water. They eat fish."
    sentences, over = said(text, TWO, piece)
    assert " ".join(sentences) == "Well, my friend, I like otters. They hold hands."
    assert over


def test_a_reply_within_the_limit_is_whole_and_not_stopped() -> None:
    sentences, over = said("I like otters. They hold hands.", ReplyLength(3, 50))
    assert (" ".join(sentences), over) == ("I like otters. They hold hands.", False)


def test_words_count_too_and_the_sentence_under_way_is_finished() -> None:
    text = "One two three four five, six seven eight nine ten eleven. And more."
    sentences, over = said(text, ReplyLength(10, 5))
    assert " ".join(sentences) == "One two three four five, six seven eight nine ten eleven."
    assert over


def test_what_never_ends_a_sentence_is_ended_all_the_same() -> None:
    sentences, over = said("and then we go on " * 400, ReplyLength(2, 25))
    assert over
    assert len(" ".join(sentences).split()) < 25 + 2 * 60


def test_writing_without_spaces_counts_by_its_characters() -> None:
    sentences, over = said("私はカワウソがとても好きです。" * 20, ReplyLength(50, 25))
    assert over
    assert 3 <= len("".join(sentences)) // 15 <= 7


def test_an_abbreviation_is_no_sentence() -> None:
    assert said("Dr. Who met Mr. Smith. He waved. He left.", ReplyLength(2, 50))[0][-1].endswith("He waved.")


def test_code_is_shown_whole() -> None:
    sentences, _ = said("Look:\n```\na = 1\nb = 2\n```\nIt adds. It is nice. And more.", ReplyLength(2, 50))
    assert "a = 1\nb = 2" in sentences
    assert "And more." not in sentences


def test_no_limit_is_no_limit() -> None:
    assert not Said(1000, 10_000).reaches(ENDLESS)


@pytest.mark.parametrize(("name", "sentences"), [("short", 2), ("medium", 6), ("long", 16)])
def test_every_setting_limits_sentences(name: str, sentences: int) -> None:
    text = "I like it. " * 40
    found, over = said(text, most_of(name))  # type: ignore[arg-type]
    assert over
    assert (" ".join(found)).count(".") == sentences
