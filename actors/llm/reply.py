"""A reply as it grows: raw model text in, clean sentences out. Pure."""

from collections.abc import Iterable, Sequence

from actors.llm.clean import clean, speaks_for_others
from actors.llm.hidden import HiddenText
from actors.llm.sentences import FIRST_PIECE_WORDS, SentenceSplitter, is_whole

LONGEST_REPLY = 16_000  # characters: whatever the server sends beyond is not wanted


class SpokenReply:
    """Hides thoughts, cuts and cleans sentences; drops those that clean to nothing. begins: as for HiddenText.

    names: the bot's own, taken off the front. people: those whose lines it must not write; a name at the very front is
    taken for a word to them.
    over: the model writes other people's lines, or does not stop: request no more."""

    def __init__(
        self,
        names: Sequence[str] = (),
        first_words: int = FIRST_PIECE_WORDS,
        begins: bool | None = False,
        people: Sequence[str] = (),
    ) -> None:
        self.over = False
        self.cut = False
        self._names = tuple(names)
        self._people = tuple(name for name in people if name not in self._names)
        self.hidden = HiddenText(begins)
        self._splitter = SentenceSplitter(first_words)
        self._length = 0
        self._has_spoken = False

    def feed(self, text: str) -> tuple[str, ...]:
        """The sentences that `text` completes."""
        self._length += len(text)
        sentences = self._cleaned(self._splitter.feed(self.hidden.feed(text)))
        if self._length > LONGEST_REPLY:
            self.over = self.cut = True
        return sentences

    def finish(self, *, cut: bool = False, broken: bool = False) -> tuple[str, ...]:
        """The rest when the model has ended. cut: half a sentence counts only if nothing was said; broken: never."""
        rest = self._splitter.feed(self.hidden.flush(cut=cut)) + self._splitter.flush()
        if broken or (cut and self._has_spoken):
            rest = tuple(piece for piece in rest if is_whole(piece))
        return self._cleaned(rest)

    def _cleaned(self, pieces: Iterable[str]) -> tuple[str, ...]:
        sentences: list[str] = []
        for piece in pieces:
            addressed = () if self._has_spoken else self._people
            self.over = self.over or speaks_for_others(piece, () if addressed else self._people)
            if self.over:
                break
            if sentence := clean(piece, (*self._names, *addressed)):
                sentences.append(sentence)
                self._has_spoken = True
        return tuple(sentences)
