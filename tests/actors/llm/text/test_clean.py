"""The filter for voice and chatbox."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.llm.text.clean import clean, speaks_for_others
from actors.llm.text.hidden import HiddenText
from actors.llm.text.reply import LONGEST_REPLY, SpokenReply


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Gerald: Hello.", "Hello."),
        ("gerald : Assistant: Hello.", "Hello."),
        ("**Gerald:** Hello.", "Hello."),
        ("Geraldine: Hello.", "Geraldine: Hello."),
        ("This is **very** _nice_ and ~~old~~ `code`.", "This is very nice and old code."),
        ("# A title", "A title"),
        ('<emotion value="content"/><speed ratio="1.05"/>Hello.', "Hello."),
        ("A <b>bold</b> word<br/> and <i class=x>more</i>.", "A bold word and more."),
        ("I <3 you, and 1 < 2 > 0.", "I <3 you, and 1 < 2 > 0."),
        ("- a point", "a point"),
        ("See [this page](https://example.org/x) now.", "See this page now."),
        ("*waves happily* Hello!", "Hello!"),
        ("Hello! *smiles*", "Hello!"),
        ("I *really* mean it.", "I really mean it."),
        ("*Really* good.", "Really good."),
        ("Fine (laughs softly), thank you.", "Fine, thank you."),
        ("Fine (as always).", "Fine (as always)."),
        ("[laughs] Oh well.", "Oh well."),
        ("Hello.<|im_end|></s>", "Hello."),
        ("a\x07b\u202ec\u200bd\x00 e", "a bcd e"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("2 * 3 is 6", "2 3 is 6"),
        ("👩‍🚀 hi 😀", "👩‍🚀 hi 😀"),
        ("```python", ""),
        ("***", ""),
        ("...", ""),
    ],
)
def test_what_is_written_becomes_what_can_be_said(written: str, said: str) -> None:
    assert clean(written, ("Gerald",)) == said


@given(st.text(st.sampled_from(list("aZ *_`~#[]()<>|:!\n.")) | st.characters(), max_size=120))
def test_cleaning_is_idempotent_and_leaves_no_control_characters(text: str) -> None:
    once = clean(text, ("Gerald",))
    assert clean(once, ("Gerald",)) == once
    assert not any(unicodedata.category(character) in ("Cc", "Co", "Cs") for character in once)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_thoughts_are_hidden_however_they_are_sliced(size: int) -> None:
    text = "<think>Hm. What? a < b</think>Yes, 1 < 2 and <b>.<Thinking>again</thinking> End<thi"
    hidden = HiddenText()
    heard = "".join(hidden.feed(text[i : i + size]) for i in range(0, len(text), size)) + hidden.flush()
    assert heard == "Yes, 1 < 2 and <b>. End<thi"


def test_a_thought_that_never_ends_is_never_heard() -> None:
    hidden = HiddenText()
    assert hidden.feed("<think>" + "secret " * 1000) + hidden.flush() == ""


def test_a_reply_ends_where_the_model_begins_to_write_the_other_persons_lines() -> None:
    reply = SpokenReply(("Gerald",))
    said = reply.feed("Gerald: Hi there. How nice!\nUser: What? And so on. And on.\n")
    assert said + reply.finish() == ("Hi there.", "How nice!")
    assert reply.over
    assert not speaks_for_others("Users: are many")


@pytest.mark.parametrize("label", ["Anna:", "**Anna:**", "ANNA :", "Anna："])
def test_a_reply_ends_where_the_model_goes_on_for_somebody_who_is_there(label: str) -> None:
    reply = SpokenReply(("Gerald",), people=("Anna", "Ben"))
    said = reply.feed(f"Gerald: I am very fine.\n{label} Hi Gerald, how are you? I ")
    assert said == ("I am very fine.",)
    assert reply.over


def test_a_name_at_the_front_of_a_reply_is_whom_it_is_for() -> None:
    reply = SpokenReply(("Gerald",), people=("Anna",))
    assert reply.feed("Anna: Hello there. I like Anna: she sings. Ann") == (
        "Hello there.",
        "I like Anna: she sings.",
    )
    assert not reply.over


def test_a_reply_that_will_not_end_is_cut() -> None:
    reply = SpokenReply()
    for _ in range(LONGEST_REPLY // 10 + 1):
        reply.feed("Again so. ")
    assert reply.over
    assert reply.cut


def test_sentences_that_clean_to_nothing_are_left_out() -> None:
    reply = SpokenReply()
    assert reply.feed("*waves.* Hi. ... *** Bye.") + reply.finish() == ("Hi.", "Bye.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I like it. And also I", ("I like it.",)),
        ("I like it. And you?", ("I like it.", "And you?")),
        ("I like it. Yes! 😀", ("I like it.", "Yes! 😀")),
        ("I like", ("I like",)),
    ],
)
def test_half_a_sentence_of_a_reply_that_was_cut_off_is_left_out(text: str, said: tuple[str, ...]) -> None:
    reply = SpokenReply()
    assert reply.feed(text) + reply.finish(cut=True) == said
