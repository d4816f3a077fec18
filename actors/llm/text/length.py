"""How much is said in one reply: `bot.response_length` as a limit that counts what is really said. Pure.

The instruction asks the model for less than this; a model that keeps to it is never cut."""

from dataclasses import dataclass
from typing import Literal

from actors.llm.text.sentences import is_whole, words_in
from actors.vocabulary.type_names import durable

RUNS_ON = 2  # times the words, after which a reply is over even where no sentence ends


@durable("llm.ReplyLength")
@dataclass(frozen=True, slots=True)
class ReplyLength:
    """The reply is over with the sentence that reaches so many sentences or words; 0 is no limit."""

    sentences: int = 0
    words: int = 0


ENDLESS = ReplyLength()
_LIMITS = {"short": ReplyLength(2, 25), "medium": ReplyLength(6, 70), "long": ReplyLength(16, 200)}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said so far, counted. ended: the last piece ended a sentence."""

    sentences: int = 0
    words: int = 0
    ended: bool = True

    def and_then(self, piece: str) -> "Said":
        """With one more piece, a whole sentence or a part of one; code and tables are one sentence without words."""
        if "\n" in piece:
            return Said(self.sentences + 1, self.words)
        ended = is_whole(piece)
        return Said(self.sentences + ended, self.words + words_in(piece), ended)

    def reaches(self, most: ReplyLength) -> bool:
        """Whether the reply is over by now."""
        if most.words and self.words >= RUNS_ON * most.words:
            return True
        enough = 0 < most.sentences <= self.sentences or 0 < most.words <= self.words
        return self.ended and enough


def most_of(response_length: Literal["short", "medium", "long"]) -> ReplyLength:
    """The limit that the setting stands for."""
    return _LIMITS[response_length]
