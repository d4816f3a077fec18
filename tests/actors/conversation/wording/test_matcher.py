"""What is found of words that are never said, and what is not; each kind was a fault of a filter somewhere."""

import time

import pytest

from actors.conversation.wording.matcher import Matcher
from actors.conversation.wording.rules import Rules

RULES = Rules(
    ("ass", "fuck", "shit*", "kill yourself", "hell", "ano", "cu", "butt", "バカ", "🍆", "хуй", "therapist"),
    (r"f[uo]ck+er", r"\bb.d\b"),
    ("bad company", "jack ass lake"),
)
MATCHER = Matcher(RULES)

FOUND = (
    "You ass.", "ASS!", "an \"ass\"", "a$$", "@ss", "4ss", "assss", "ass1", "1ass", "the ass's ears",
    "F U C K", "f.u.c.k you", "f-u-c-k", "fuuuuck", "_fuck_", "f*ck", "f**k off", "FuCk",
    "fu\u200dck", "fu\u00adck", "f\u2060uck", "fu\ufeffck", "fu\u034fck",  # what cannot be seen
    "ｆｕｃｋ", "𝐟𝐮𝐜𝐤", "ⓕⓤⓒⓚ", "f̷u̷c̷k̷",  # other forms
    "fuсk", "аss", "ɡet the fυck out",  # Cyrillic and Greek letters
    "shit", "shitty", "sh1t", "5h!t", "kill yourself", "Kill  yourself!", "kill-yourself", "kill\nyourself",
    "お前バカだな", "nice 🍆", "иди на хуй", "fucker", "so bad",
)  # fmt: skip
PASSED = (
    "classic glasses", "Scunthorpe and Penistone", "pass the grass", "assume", "he'll go", "Hello, shell",
    "año nuevo", "obscure, secure, accumulate", "as no", "button", "the rapist... of time", "bass", "fu ck",
    "bad company", "Jack Ass Lake is nice", "I. A. S. P.", "**bold** *waves*", "5 + 5 = 10", "455", "2 a's",
    "Хороший день", "kill the lights yourself", "", "...", "🍎",
)  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_it_is_found_however_it_is_written(text: str) -> None:
    assert MATCHER.forbids(text)


@pytest.mark.parametrize("text", PASSED)
def test_nothing_else_is(text: str) -> None:
    assert not MATCHER.forbids(text)


def test_a_russian_word_is_no_english_one() -> None:
    """The letters of "рот" look like "pot"; among Cyrillic words it is a mouth."""
    pot = Matcher(Rules(("pot",)))
    assert not pot.forbids("Открой рот")
    assert pot.forbids("have some рot")


def test_a_phrase_is_found_over_the_border_of_two_pieces() -> None:
    assert MATCHER.forbids("yourself now.", "You should go and kill")
    assert not MATCHER.forbids("yourself now.", "You should go and love")


def test_what_was_said_before_is_not_found_again() -> None:
    assert not MATCHER.forbids("Fine.", "You ass.")


def test_a_pattern_may_begin_in_the_piece_before() -> None:
    assert Matcher(Rules(patterns=(r"one\W+two",))).forbids("two", "one")


def test_no_pattern_makes_it_hang() -> None:
    evil = Matcher(Rules(patterns=(r"(x+x+)+y", r"(a|aa)+$", r"([a-z]+)*\d")))
    began = time.process_time()
    assert not evil.forbids("x" * 4000)
    assert time.process_time() - began < 2.0  # a backtracking engine would not end in this universe


def test_twenty_thousand_words_are_looked_for() -> None:
    many = Matcher(Rules(tuple(f"word{number} more" for number in range(20_000))))
    assert many.forbids("This is word19999 more or less.")
    assert not many.forbids("This is word19999.")
