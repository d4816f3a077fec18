"""Keeps the bot's own voice out of what is heard: its sound while it plays, and its words while they may come back."""

import msgspec

from actors.audio.messages import AudioChunk
from actors.speech.engines.engine import Transcription
from actors.speech.internal import PartRecognized, UtteranceRecognized
from actors.speech.listening.hearing import (
    Closure,
    Remembered,
    invented,
    plainly_speech,
    resembles,
    still_remembered,
)
from actors.speech.listening.own_voice import OverVoice, person_only


class EchoGuard:
    """Belongs to one recognizer. `at` and `tail` are in epoch seconds and seconds, `now` is monotonic."""

    def __init__(self) -> None:
        self._closure = Closure()
        self._over_voice = OverVoice()
        self._said: tuple[Remembered, ...] = ()
        self._taken = 0.0

    def started(self, at: float) -> None:
        """The bot's voice began."""
        self._closure = self._closure.started(at)

    def ended(self, at: float, tail: float) -> None:
        """Nothing of it is heard any more `tail` seconds after `at`."""
        self._closure = self._closure.ended(at, tail)

    def spoken(self, text: str, now: float) -> None:
        """The bot is about to say `text`."""
        self._said = still_remembered((*self._said, Remembered.of(text, now)), now)

    def person_only(self, chunk: AudioChunk) -> AudioChunk:
        """The next chunk, or silence in its place if it may be the bot's voice, or was taken before."""
        if chunk.again and chunk.captured_at <= self._taken:
            return msgspec.structs.replace(chunk, pcm=bytes(len(chunk.pcm)))
        closed = self._closure.covers(chunk.captured_at)
        self._over_voice = self._over_voice.heard(chunk, closed)
        return person_only(chunk, closed)

    def taken(self, until: float) -> None:
        """What somebody said up to then is complete: it is not heard again, nor what came before it."""
        self._taken = until

    def seconds(self, begin: float, end: float) -> float:
        """How much of what was captured from `begin` to `end` is over the bot's voice."""
        return self._over_voice.seconds(begin, end)

    def unwanted(self, heard: UtteranceRecognized | PartRecognized, now: float, similarity: float) -> str:
        """Why these words are no person's: "no speech", "language" (guessed at), "echo", or "" if they may be.

        similarity: 1 is equal."""
        written = Transcription(heard.text, heard.no_speech, 0.0)
        if isinstance(heard, UtteranceRecognized) and heard.unwanted:
            return heard.unwanted if plainly_speech(written, heard.certainty) else "no speech"
        if invented(written, heard.certainty):
            return "no speech"
        ended_at = (
            heard.ended_at if isinstance(heard, UtteranceRecognized) else heard.started_at + heard.seconds
        )
        if not self._over_voice.mostly(heard.started_at, ended_at):
            return ""  # people say again what they heard
        self._said = still_remembered(self._said, now)
        return "echo" if resembles(heard.text, [one.text for one in self._said], similarity) else ""
