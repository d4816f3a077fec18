"""The table of words: every line is found, and nothing else."""

from pathlib import Path

from actors.vocabulary import lexicon
from actors.vocabulary.lexicon import is_a, is_noun, related, singular

LINES = [
    line.split() for line in Path(lexicon.__file__).with_name("lexicon.txt").read_text("utf-8").splitlines()
]


def test_every_word_of_the_file_is_found_with_what_is_near_to_it() -> None:
    assert all(related(word) == tuple(near) for _, word, *near in LINES)


def test_the_file_is_in_the_order_that_is_searched() -> None:
    words = [word for _, word, *_ in LINES]
    assert words == sorted(set(words))


def test_a_word_that_is_not_there_is_related_to_nothing() -> None:
    for word in ("", "a", "zzzzzz", "otterly", "\u00e9t\u00e9", "two words"):
        assert related(word) == ()
        assert not is_noun(word)


def test_plurals_and_kinds() -> None:
    assert (singular("otters"), singular("abbeys"), singular("dresses")) == ("otter", "abbey", "dress")
    assert is_a("dogs", "animal")
    assert is_noun("abbey")
    assert not is_noun("abandon")
    assert not is_noun("walking")
