"""What was said, put together again: the pieces of each utterance, recognized one by one, in order. Bookkeeping."""

from collections import deque
from collections.abc import Iterator

import msgspec

from actors.speech.internal import UtteranceRecognized
from actors.vocabulary.words import joined

WAITING = 4  # ended utterances that wait for their words; beyond it they join


class EndedUtterance(msgspec.Struct, frozen=True):
    """An utterance whose words may still be missing. pieces: ids of its sound. Times are epoch seconds.

    silence: waited for after it. seconds: of speech. faint: far softer than who spoke before."""

    pieces: tuple[int, ...]
    started_at: float
    ended_at: float
    silence: float
    seconds: float
    certainty: float
    faint: bool = False

    def joined(self, later: "EndedUtterance") -> "EndedUtterance":
        """Both as one."""
        return msgspec.structs.replace(
            later,
            pieces=self.pieces + later.pieces,
            started_at=self.started_at,
            seconds=self.seconds + later.seconds,
            faint=self.faint and later.faint,
        )


class Utterances:
    """The utterance in progress and those that have ended. needed: ids that are waited for, for any thread to read.

    pause: the piece that was cut at the last pause; 0 when there was speech since. judged: its words, once known."""

    def __init__(self) -> None:
        self.needed: frozenset[int] = frozenset()
        self.pause = 0
        self.judged: UtteranceRecognized | None = None
        self._pieces: tuple[int, ...] = ()
        self._ended: deque[EndedUtterance] = deque()
        self._heard: dict[int, UtteranceRecognized] = {}

    @property
    def all_told(self) -> bool:
        """Whether no ended utterance waits for its words."""
        return not self._ended

    @property
    def before(self) -> str | None:
        """The words of the utterance in progress, but for its last piece; None while they are not known yet."""
        if any(piece not in self._heard for piece in self._pieces):
            return None
        return text_of(tuple(self._heard[piece] for piece in self._pieces))

    @property
    def known(self) -> tuple[UtteranceRecognized, ...]:
        """The pieces of the utterance in progress whose words are known."""
        return tuple(self._heard[piece] for piece in self._pieces if piece in self._heard)

    def wants(self, segment: int) -> bool:
        """Whether anybody still asks for the words of a piece; any thread may ask."""
        return segment in (self.pause, *self.needed)

    def paused(self, segment: int) -> None:
        """What has been said since the last piece may be all: it is piece `segment`, for now."""
        self.pause, self.judged = segment, None

    def forget_pause(self) -> None:
        """There was speech since."""
        self.pause, self.judged = 0, None

    def keep_pause(self) -> bool:
        """What was cut at the pause is a piece of the utterance; whether its words are known already."""
        self.piece(self.pause)
        if self.judged is None:
            return False
        self.hear(self.judged)
        return True

    def piece(self, segment: int) -> None:
        """A piece of the utterance in progress is complete."""
        self._pieces += (segment,)
        self.needed |= {segment}

    def abandon(self) -> None:
        """The utterance in progress will be heard from its beginning again."""
        self.needed -= set(self._pieces)
        self._pieces = ()

    def end(self, ended: EndedUtterance) -> None:
        """The utterance in progress has ended; its last piece was told to `piece`. What it gets: its pieces."""
        ended, self._pieces = msgspec.structs.replace(ended, pieces=self._pieces), ()
        if len(self._ended) >= WAITING:
            ended = self._ended.pop().joined(ended)
        self._ended.append(ended)

    def hear(self, heard: UtteranceRecognized) -> None:
        """The words of a piece that is needed."""
        self.needed -= {heard.segment}
        self._heard[heard.segment] = heard

    def complete(self) -> Iterator[tuple[EndedUtterance, tuple[UtteranceRecognized, ...]]]:
        """Take out the utterances whose words are all there, in order."""
        while self._ended and all(piece in self._heard for piece in self._ended[0].pieces):
            ended = self._ended.popleft()
            yield ended, tuple(self._heard.pop(piece) for piece in ended.pieces)


def text_of(pieces: tuple[UtteranceRecognized, ...]) -> str:
    """The words of some pieces, one after the other."""
    return joined(piece.text for piece in pieces if piece.text)
