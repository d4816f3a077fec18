"""Cutting a growing reply into sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.llm.text.sentences import LONGEST_PIECE, SentenceSplitter

LANGUAGE = st.text(st.sampled_from(list("abI .,!?…:;*()\"'\n-3—。é😀\u200d")) | st.characters(), max_size=400)


def split(text: str, size: int = 1) -> list[str]:
    splitter = SentenceSplitter()
    pieces: list[str] = []
    for start in range(0, len(text), size):
        pieces += splitter.feed(text[start : start + size])
    return [*pieces, *splitter.flush()]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hi. I am here. Are you? Yes!", ["Hi.", "I am here.", "Are you?", "Yes!"]),
        ("Hi. I met Dr. Smith, e.g. at 5 p.m. today.", ["Hi.", "I met Dr. Smith, e.g. at 5 p.m. today."]),
        ("Ok. It costs 3.14 or 1,000 now.", ["Ok.", "It costs 3.14 or 1,000 now."]),
        ("My birthday is Jan 1, 1980. Next.", ["My birthday is Jan 1, 1980.", "Next."]),
        ("Ok. J. R. Tolkien wrote it.", ["Ok.", "J. R. Tolkien wrote it."]),
        ("Ok. It was I. You know.", ["Ok.", "It was I.", "You know."]),
        ("Hm... well then. Hm... Well then.", ["Hm... well then.", "Hm...", "Well then."]),
        ("Wait… what? Wait… What?", ["Wait… what?", "Wait…", "What?"]),
        ('He said "Go!" Then left.', ['He said "Go!"', "Then left."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("Nice! 😀 How are you? 👋🏽", ["Nice! 😀", "How are you? 👋🏽"]),
        ("Ok. First:\n1. One thing\n2. Two things", ["Ok.", "First:", "1. One thing", "2. Two things"]),
        ("*waves. Smiles* Hi. Bye.", ["*waves. Smiles* Hi.", "Bye."]),
        ("Ok. (He waves. He smiles.) Bye.", ["Ok.", "(He waves. He smiles.)", "Bye."]),
        ("No :( so sad. Bye.", ["No :( so sad.", "Bye."]),
        ("你好。我是杰拉德！", ["你好。", "我是杰拉德！"]),
        ("Oh no. I forgot.", ["Oh no.", "I forgot."]),
        ("नमस्ते। मैं ठीक हूँ। आप कैसे हैं।", ["नमस्ते।", "मैं ठीक हूँ।", "आप कैसे हैं।"]),
        ("مرحبا، كيف حالك؟ أنا بخير. نعم.", ["مرحبا، كيف حالك؟", "أنا بخير.", "نعم."]),
        ("آپ کیسے ہیں؟ میں ٹھیک ہوں۔ ہاں۔", ["آپ کیسے ہیں؟", "میں ٹھیک ہوں۔", "ہاں۔"]),
        ("Բարեւ։ Ես լավ եմ։", ["Բարեւ։", "Ես լավ եմ։"]),
        ("Gut. Das ist z.B. Herr bzw. Hr. Meier.", ["Gut.", "Das ist z.B. Herr bzw. Hr. Meier."]),
        ("Sí. La Sra. García vive aquí.", ["Sí.", "La Sra. García vive aquí."]),
        ("Oui. Mme. Dupont est là.", ["Oui.", "Mme. Dupont est là."]),
        ("Да. Это, напр. чай.", ["Да.", "Это, напр. чай."]),
        ("እንደምን ነህ። ደህና ነኝ።", ["እንደምን ነህ።", "ደህና ነኝ።"]),
    ],
)
def test_sentences_end_where_a_reader_hears_it(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_the_first_piece_ends_at_its_first_clause_and_later_ones_do_not() -> None:
    text = "It is lovely to meet you, my friend. It is lovely too, my friend."
    assert split(text) == ["It is lovely to meet you,", "my friend.", "It is lovely too, my friend."]


def test_the_first_piece_of_a_script_without_spaces_ends_at_its_first_clause_too() -> None:
    text = "今日はとてもいい天気なので、公園を散歩しましょう。それから、お茶を飲みましょう。"
    assert split(text) == [
        "今日はとてもいい天気なので、", "公園を散歩しましょう。", "それから、お茶を飲みましょう。"
    ]  # fmt: skip


def test_a_short_exclamation_is_not_cut_at_its_comma() -> None:
    assert split("Well, I think so. Yes.") == ["Well, I think so.", "Yes."]


def test_a_first_piece_without_any_clause_ends_after_twelve_words() -> None:
    first = split(" ".join(["word"] * 30) + ".")[0]
    assert len(first.split()) == 12


def test_a_sentence_is_given_out_as_soon_as_the_next_one_begins() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("Hi there!") == ()
    assert splitter.feed(" ") == ()
    assert splitter.feed("H") == ("Hi there!",)


@given(LANGUAGE, st.integers(1, 9))
def test_nothing_but_white_space_is_lost_and_no_piece_is_empty_or_endless(text: str, size: int) -> None:
    pieces = split(text, size)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() != "" and len(piece) <= LONGEST_PIECE + 1 for piece in pieces)


@given(LANGUAGE, st.lists(st.integers(0, 400), max_size=8))
def test_how_the_text_is_sliced_into_tokens_changes_nothing(text: str, cuts: list[int]) -> None:
    splitter = SentenceSplitter()
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces: list[str] = []
    for start, end in pairwise(borders):
        pieces += splitter.feed(text[start:end])
    assert [*pieces, *splitter.flush()] == split(text)


@pytest.mark.parametrize(
    ("reply", "first"),
    [
        ("I like music because it makes people happy.", "I like music"),
        ("I'm not sure what that means.", "I'm not sure"),
        ("I would like to go to the beach with you.", "I would like to go"),
        ("My favorite color is a deep shade of blue.", "My favorite color is a deep shade"),
        ("I am here and there.", "I am here"),
        ("I am and I was.", "I am and I was."),
        ("Cats and dogs.", "Cats and dogs."),
    ],
)
def test_the_first_piece_ends_before_a_phrase_that_a_voice_may_pause_at(reply: str, first: str) -> None:
    splitter = SentenceSplitter(8)
    pieces = splitter.feed(reply) + splitter.flush()
    assert pieces[0] == first
    assert " ".join(pieces) == reply
