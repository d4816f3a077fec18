"""A reply as it grows: raw text in; clean sentences out, and blocks of several lines that are to be read. Pure."""

from collections.abc import Iterable, Sequence

from actors.llm.text.blocks import Blocks, Segment
from actors.llm.text.clean import clean, clean_block, speaks_for_others
from actors.llm.text.hidden import HiddenText
from actors.llm.text.length import ENDLESS, ReplyLength, Said
from actors.llm.text.marks import acts_of_call, take_marks
from actors.llm.text.sentences import FIRST_PIECE_WORDS, SentenceSplitter, is_whole

LONGEST_REPLY = 16_000  # characters: whatever the server sends beyond is not wanted


class SpokenReply:
    """Hides thoughts, cuts and cleans sentences; drops those that clean to nothing. begins: as for HiddenText.

    first_words, phrases: as for SentenceSplitter.
    names: the bot's own, taken off the front. people: those whose lines it must not write; a name at the very front is
    taken for a word to them.
    acts: what of the body's the model has written so far, each with the number of the sentence that it belongs to.
    most: how much is said at most, by whole sentences. own: acts that the avatar in use has of its own.
    over: that was said, or the model writes other people's lines, or does not stop: request no more."""

    def __init__(
        self,
        names: Sequence[str] = (),
        first_words: int = FIRST_PIECE_WORDS,
        begins: bool | None = False,
        people: Sequence[str] = (),
        *,
        phrases: bool = True,
        most: ReplyLength = ENDLESS,
        own: Sequence[str] = (),
    ) -> None:
        self.over = False
        self.cut = False
        self.acts: list[tuple[int, str]] = []
        self.count = 0
        self._names = tuple(names)
        self._own = tuple(own)
        self._people = tuple(name for name in people if name not in self._names)
        self.hidden = HiddenText(begins)
        self._blocks = Blocks()
        self._splitter = SentenceSplitter(first_words, phrases=phrases)
        self._length = 0
        self._most = most
        self._spoken = Said()

    @property
    def _has_spoken(self) -> bool:
        return self.count > 0

    def feed(self, text: str) -> tuple[str, ...]:
        """The sentences that `text` completes; one of several lines is code or a table."""
        self._length += len(text)
        heard = self.hidden.feed(text)
        self._note_calls()
        sentences = self._said(self._blocks.feed(heard))
        if self._length > LONGEST_REPLY:
            self.over = self.cut = True
        return sentences

    def finish(self, *, cut: bool = False, broken: bool = False) -> tuple[str, ...]:
        """The rest when the model has ended. cut: half a sentence counts only if nothing was said; broken: never."""
        heard = self.hidden.flush(cut=cut)
        self._note_calls()
        segments = self._blocks.feed(heard) + self._blocks.flush()
        said = self._said(segments[:-1])
        rest = segments[-1:]
        if not rest or rest[0].block:
            return said + self._said(rest) + self._last((), cut, broken)
        return said + self._last(self._splitter.feed(rest[0].text), cut, broken)

    def _note_calls(self) -> None:
        for call in self.hidden.calls:
            self._note(acts_of_call(call, self._own))
        self.hidden.calls.clear()

    def _note(self, acts: tuple[str, ...]) -> None:
        self.acts += [(self.count, act) for act in acts]

    def _last(self, pieces: tuple[str, ...], cut: bool, broken: bool) -> tuple[str, ...]:
        pieces += self._splitter.flush()
        if broken or (cut and self._has_spoken):
            pieces = tuple(piece for piece in pieces if is_whole(piece))
        return self._cleaned(pieces)

    def _said(self, segments: Iterable[Segment]) -> tuple[str, ...]:
        said: list[str] = []
        for segment in segments:
            if not segment.block:
                said += self._cleaned(self._splitter.feed(segment.text))
                continue
            said += self._cleaned(self._splitter.flush())
            if not self.over and (block := clean_block(segment.text)):
                said.append(block)
                self._count(block)
        return tuple(said)

    def _cleaned(self, pieces: Iterable[str]) -> tuple[str, ...]:
        sentences: list[str] = []
        for piece in pieces:
            addressed = () if self._has_spoken else self._people
            self.over = self.over or speaks_for_others(piece, () if addressed else self._people)
            if self.over:
                break
            words, acts = take_marks(piece, self._own)
            self._note(acts)
            if sentence := clean(words, (*self._names, *addressed)):
                sentences.append(sentence)
                self._count(sentence)
        return tuple(sentences)

    def _count(self, said: str) -> None:
        self.count += 1
        self._spoken = self._spoken.and_then(said)
        self.over = self.over or self._spoken.reaches(self._most)
