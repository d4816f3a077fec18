"""Which language is spoken to the recognizer: what it expects next, and what it says of one it does not understand."""

from typing import Protocol

import msgspec

from actors.kernel.protocol.lifecycle import Health
from actors.speech.engines.choice import LANGUAGES_REMEDY, Note
from actors.speech.engines.language_choice import SURE
from actors.speech.internal import UtteranceRecognized
from actors.speech.listening.segments import SpeechSegment

NOT_UNDERSTOOD = 2  # utterances in a row after which the owner is told


class HealthTeller(Protocol):
    """How an actor says how it is."""

    def health(self, health: Health, reason: str = "", remedy: str = "") -> None: ...


class SpokenLanguage:
    """Belongs to one recognizer. Only `asked` is for any thread."""

    def __init__(self, owner: HealthTeller) -> None:
        self._owner = owner
        self._expected = ""
        self._note = Note()
        self._failed = 0

    def opened(self, note: Note) -> None:
        """The engines are loaded; what the owner should know of them."""
        self._note = note
        self._say(note)

    def expect(self, language: str) -> None:
        """Whoever speaks now is known to speak this."""
        self._expected = language

    def asked(self, segment: SpeechSegment) -> SpeechSegment:
        """The piece with what is expected of it."""
        return msgspec.structs.replace(segment, expected=self._expected)

    def heard(self, heard: UtteranceRecognized) -> UtteranceRecognized:
        """A piece was recognized: a language that is certain is expected from now on. Where several are understood,
        words that were guessed at are of none in particular."""
        if heard.unwanted == "language":
            self._failed += 1
            if self._failed == NOT_UNDERSTOOD and not self._note.worse and self._note.english_only:
                self._say(Note("somebody speaks another language than English", LANGUAGES_REMEDY, worse=True))
        elif heard.text:
            if self._failed >= NOT_UNDERSTOOD:
                self._say(self._note)
            self._failed = 0
            if heard.spoken >= SURE:
                self._expected = heard.language
        if heard.unwanted == "language" and not self._note.english_only:
            return msgspec.structs.replace(heard, unwanted="no speech")
        return heard

    def _say(self, note: Note) -> None:
        self._owner.health(Health.DEGRADED if note.worse else Health.OK, note.text, note.remedy)


def language_of(pieces: tuple[UtteranceRecognized, ...], least: float = SURE) -> str:
    """What an utterance is in: the language of most of its words, "" where none is as certain as `least`."""
    letters: dict[str, int] = {}
    for piece in pieces:
        if piece.spoken >= least and piece.text:
            letters[piece.language] = letters.get(piece.language, 0) + len(piece.text)
    return max(letters, key=lambda code: letters[code], default="")
