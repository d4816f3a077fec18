"""The ranking of facts, beside a library's."""

import random

import bm25s
import pytest

from actors.users.facts.ranking import K1, B, scores

WORDS = [f"w{n}" for n in range(12)]


@pytest.mark.parametrize("seed", range(40))
def test_the_scores_are_those_of_bm25s(seed: int) -> None:
    dice = random.Random(seed)
    texts = [dice.choices(WORDS, k=dice.randrange(1, 9)) for _ in range(dice.randrange(1, 15))]
    question = dice.choices([*WORDS, "nowhere"], k=dice.randrange(1, 6))
    index = bm25s.BM25(method="lucene", k1=K1, b=B)
    index.index(texts, show_progress=False)
    known = [term for term in question if term in index.vocab_dict]
    theirs = [float(score) for score in index.get_scores(known)] if known else [0.0] * len(texts)
    assert scores(question, texts) == pytest.approx(theirs, abs=1e-4)


def test_what_has_no_term_of_the_question_scores_nothing() -> None:
    assert scores(["a"], [["b"], ["c", "d"]]) == (0.0, 0.0)
    assert scores([], [["b"]]) == (0.0,)
    assert scores(["a"], []) == ()
    first, second, third = scores(["a", "b"], [["a", "b"], ["a", "c"], ["c"]])
    assert first > second > third == 0.0


def test_a_text_without_words_is_no_error() -> None:
    assert scores(["a"], [[], ["a"]])[0] == 0.0
