"""How many words were lost or changed: the word error rate. Pure."""

import re
from difflib import SequenceMatcher

import msgspec


class Errors(msgspec.Struct, frozen=True):
    """Words of the truth, and how many of them were changed, lost or made up."""

    words: int
    changed: int
    lost: int
    added: int

    @property
    def rate(self) -> float:
        """The word error rate."""
        return (self.changed + self.lost + self.added) / self.words if self.words else 0.0


def words(text: str) -> list[str]:
    """The words, without case and punctuation."""
    return re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))


def errors(truth: str, heard: str) -> Errors:
    """By the least number of edits (Levenshtein) between the two."""
    a, b = words(truth), words(heard)
    costs = [
        [(i + j, 0, i, j) if not i or not j else (0, 0, 0, 0) for j in range(len(b) + 1)]
        for i in range(len(a) + 1)
    ]
    for i, one in enumerate(a, 1):
        for j, other in enumerate(b, 1):
            if one == other:
                costs[i][j] = costs[i - 1][j - 1]
                continue
            total, changed, lost, added = costs[i - 1][j - 1]
            replaced = (total + 1, changed + 1, lost, added)
            total, changed, lost, added = costs[i - 1][j]
            gone = (total + 1, changed, lost + 1, added)
            total, changed, lost, added = costs[i][j - 1]
            extra = (total + 1, changed, lost, added + 1)
            costs[i][j] = min(replaced, gone, extra)
    _, changed, lost, added = costs[-1][-1]
    return Errors(len(a), changed, lost, added)


def alike(a: str, b: str) -> float:
    """How alike two sentences are, word by word: 0 to 1."""
    return SequenceMatcher(None, words(a), words(b), False).ratio()
