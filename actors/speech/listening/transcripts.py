"""What is told of the words that were heard: the guess at a pause, an utterance in whole, and what came to nothing."""

import logging
from collections import Counter
from typing import Protocol

from actors.conversation.messages import CONVERSATION
from actors.kernel.message import Message
from actors.speech.internal import UtteranceRecognized
from actors.speech.listening.spoken_language import language_of
from actors.speech.listening.utterances import EndedUtterance, text_of
from actors.speech.messages import (
    RECOGNIZER,
    Drop,
    NothingUnderstood,
    TranscriptGuessed,
    TranscriptReady,
    WordsHeard,
)
from actors.vocabulary.values import Resemblance

log = logging.getLogger(__name__)

_WATCHERS = 16


class Tell(Protocol):
    """How an actor sends a message."""

    def __call__(self, address: str, message: Message, /) -> object: ...


class Transcripts:
    """Belongs to one recognizer, and sends by its `tell`. Times are epoch seconds.

    dropped: utterances that never became a transcript, by reason. One guess is in force at most."""

    def __init__(self, tell: Tell) -> None:
        self.dropped: Counter[str] = Counter()
        self._tell = tell
        self._guess: TranscriptGuessed | None = None
        self._watchers: tuple[str, ...] = ()

    def watch(self, address: str, *, on: bool) -> None:
        """Tell `address` the words of whoever speaks, or no longer."""
        others = tuple(watcher for watcher in self._watchers if watcher != address)
        self._watchers = (*others, address)[-_WATCHERS:] if on else others

    def began(self, at: float) -> None:
        """Somebody begins to speak."""
        self._tell_watchers(at, "", final=False)

    @property
    def watched(self) -> bool:
        """Whether anybody watches."""
        return bool(self._watchers)

    def part(self, heard: WordsHeard, *, over_reply: bool) -> None:
        """What is said so far; the conversation decides on what is said over a reply."""
        if over_reply:
            self._tell(CONVERSATION, heard)
        self._tell_watchers(heard.started_at, heard.text, final=False)

    def guess(self, guessed: TranscriptGuessed) -> None:
        """Perhaps this is all that is being said."""
        self._guess = guessed
        self._tell(CONVERSATION, guessed)
        self._tell_watchers(guessed.speech_started_at, guessed.text, final=False)

    def withdraw(self) -> None:
        """The guess in force, if any, is wrong: speech goes on."""
        if self._guess is not None:
            self._tell(CONVERSATION, Drop(self._guess.guess))
        self._guess = None

    def complete(
        self,
        ended: EndedUtterance,
        pieces: tuple[UtteranceRecognized, ...],
        over_voice: float,
        voice: int,
        resembles: tuple[Resemblance, ...] = (),
    ) -> None:
        """An utterance whose words are all known. over_voice: its seconds over the bot's own voice. voice: whose;
        resembles: like which kept ones it sounds."""
        if text := text_of(pieces):
            self._tell_text(ended, pieces, text, over_voice, voice, resembles)
        else:
            self._tell_nothing(ended, next((p.unwanted for p in pieces if p.unwanted), "no speech"))

    def too_short(self, began_at: float, seconds: float, certainty: float, *, announced: bool) -> None:
        """What had begun was no utterance. announced: by SpeechStarted."""
        self.dropped["too short"] += 1
        if announced:
            self._tell(CONVERSATION, NothingUnderstood(began_at, seconds, certainty, "too short"))
            self._tell_watchers(began_at, "", final=True)

    def _tell_text(
        self,
        ended: EndedUtterance,
        pieces: tuple[UtteranceRecognized, ...],
        text: str,
        over: float,
        voice: int,
        resembles: tuple[Resemblance, ...],
    ) -> None:
        guess = self._guess.guess if self._guess is not None and self._guess.text == text else 0
        recognition = 0.0 if guess else pieces[-1].recognition  # it was recognized within the silence
        times = (ended.started_at, ended.ended_at, ended.silence, recognition)
        no_speech = max(piece.no_speech for piece in pieces if piece.text)
        self._guess = None
        language, likely = language_of(pieces), language_of(pieces, 0.0)
        heard = (language, voice, likely, resembles)
        said = TranscriptReady(text, *times, no_speech, guess, over, ended.faint, *heard)
        self._tell(CONVERSATION, said)
        self._tell_watchers(ended.started_at, text, final=True)

    def _tell_nothing(self, ended: EndedUtterance, why: str) -> None:
        self.dropped[why] += 1
        log.info("%s: dropped (%s), %d so far", RECOGNIZER, why, self.dropped[why])
        self._tell(CONVERSATION, NothingUnderstood(ended.started_at, ended.seconds, ended.certainty, why))
        self._tell_watchers(ended.started_at, "", final=True)

    def _tell_watchers(self, started_at: float, text: str, *, final: bool) -> None:
        for watcher in self._watchers:
            self._tell(watcher, WordsHeard(started_at, text, final))
