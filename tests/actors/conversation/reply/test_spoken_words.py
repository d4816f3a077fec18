"""Which words were heard when a part of a sentence's sound was played."""

from hypothesis import given
from hypothesis import strategies as st

from actors.conversation.reply.spoken_words import said_of, take_up, word_spans

STORY = "Well, let me tell you a story about a small village near the sea."


def test_nothing_was_heard_at_the_beginning_and_everything_at_the_end() -> None:
    assert said_of(STORY, 0.0) == ""
    assert said_of(STORY, 1.0) == STORY


def test_a_word_counts_when_most_of_it_was_heard() -> None:
    text = "aaaaaaaaaa bbbbbbbbbb"
    first = word_spans(text)[0]
    assert said_of(text, first.end * 0.6) == ""
    assert said_of(text, first.end * 0.8) == "aaaaaaaaaa"


def test_after_a_comma_nothing_more_is_heard_for_a_while() -> None:
    plain, comma = word_spans("one two three"), word_spans("one two, three")
    assert comma[2].begin - comma[1].end > 3 * (plain[2].begin - plain[1].end)


def test_a_script_without_spaces_is_counted_by_its_characters() -> None:
    assert said_of("我喜欢音乐。", 0.5) in ("我喜", "我喜欢")


@given(st.text(max_size=60), st.floats(0, 1), st.floats(0, 1))
def test_more_sound_is_never_fewer_words_and_always_a_beginning(text: str, a: float, b: float) -> None:
    fewer, more = sorted((a, b))
    assert more >= fewer
    assert said_of(text, more).startswith(said_of(text, fewer))
    assert text.startswith(said_of(text, more))


@given(st.text(max_size=60), st.floats(0, 1))
def test_it_goes_on_with_the_first_word_that_was_not_heard(text: str, share: float) -> None:
    goes_on = take_up(text, share)
    assert goes_on <= share
    unheard = [word for word in word_spans(text) if word.heard_at > share]
    assert not unheard or goes_on <= unheard[0].begin
    heard = [word for word in word_spans(text) if word.heard_at <= share]
    assert not heard or not unheard or goes_on >= heard[-1].heard_at
