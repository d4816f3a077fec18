"""How long to wait for more of what somebody says: by their words, and by how they have paused so far."""

from actors.speech.listening.endpointing import EndpointLimits, chunks
from actors.speech.listening.turn_end import Habit, Waits, wait
from config.schema import Speech

_WENT_ON = 1.5  # seconds after an end within which somebody who speaks again had not finished


def limits(speech: Speech) -> EndpointLimits:
    """How to cut what is heard, until its words are known."""
    return EndpointLimits.of(
        speech.vad_threshold,
        speech.end_of_speech_silence or speech.turn.unsure,
        speech.min_speech,
        speech.max_utterance,
        speech.turn.longest,
    )


class Patience:
    """Belongs to one recognizer. Times are epoch seconds."""

    def __init__(self) -> None:
        self._habit = Habit()
        self._ended_at = 0.0  # of the last utterance

    def answered(self) -> None:
        """Whoever speaks now was answered."""
        self._ended_at = 0.0

    def began(self, at: float) -> None:
        """Somebody begins to speak."""
        if at - self._ended_at < _WENT_ON:
            self._habit = self._habit.went_on(at - self._ended_at)

    def ended(self, at: float) -> None:
        """An utterance ended."""
        self._habit, self._ended_at = self._habit.ended(), at

    def after(self, text: str, speech: Speech) -> int:
        """Chunks of silence to wait for after `text`."""
        turn = speech.turn
        if speech.end_of_speech_silence is not None:
            return chunks(speech.end_of_speech_silence)
        waits = Waits(turn.sure, turn.unclear, turn.unsure)
        return chunks(wait(text, None, self._habit, waits) if text else turn.unclear)
