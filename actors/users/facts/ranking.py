"""How well texts fit a question, by BM25 (the library bm25s)."""

import logging
from collections.abc import Sequence

# it says at DEBUG how many documents it indexes, at each question
logging.getLogger("bm25s").setLevel(logging.WARNING)

DIGITS = 4  # of a score that count: beyond them processors may differ


def scores(question: Sequence[str], texts: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """A score for each of `texts`, given as terms, 0.0 for one that has no term of the question."""
    wanted = set(question)
    if not any(wanted.intersection(text) for text in texts):
        return (0.0,) * len(texts)
    # With numpy it takes ten megabytes, which most instances without a past never need.
    import bm25s

    index = bm25s.BM25(method="lucene", k1=1.2, b=0.3)
    index.index([list(text) for text in texts], show_progress=False)
    known = [term for term in question if term in index.vocab_dict]
    return (
        tuple(round(float(score), DIGITS) for score in index.get_scores(known))
        if known
        else (0.0,) * len(texts)
    )
