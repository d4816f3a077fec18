"""How well texts fit a question, by BM25 as Lucene counts it.

Written out here: some dozens of facts are ranked at a time, and the libraries for it bring numpy, which would take ten
megabytes of every instance that remembers anybody. A test holds it against one of them (bm25s)."""

import math
from collections import Counter
from collections.abc import Sequence

K1, B = 1.2, 0.3
"""How soon a term that comes again counts no more, and how much a long text is held against it."""

DIGITS = 4  # of a score that count: beyond them processors may differ


def scores(question: Sequence[str], texts: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """A score for each of `texts`, given as terms, 0.0 for one that has no term of the question."""
    counted = [Counter(text) for text in texts]
    found_in = {term: sum(term in counts for counts in counted) for term in dict.fromkeys(question)}
    if not any(found_in.values()):
        return (0.0,) * len(texts)
    mean = sum(map(len, texts)) / len(texts)
    weights = {
        term: math.log(1 + (len(texts) - many + 0.5) / (many + 0.5)) for term, many in found_in.items()
    }

    def score(counts: Counter[str], length: int) -> float:
        damped = K1 * (1 - B + B * length / mean)
        return sum(weights[term] * counts[term] / (counts[term] + damped) for term in question)

    return tuple(round(score(counts, len(text)), DIGITS) for counts, text in zip(counted, texts, strict=True))
