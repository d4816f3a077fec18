"""A piece of sound for Whisper, and what the recognizer's thread makes of it."""

import msgspec
import numpy as np

from actors.kernel.message import Message
from actors.speech.engines.engine import Samples, Transcriber
from actors.speech.internal import PartRecognized, RecognitionBroke, UtteranceRecognized
from actors.speech.listening.hearing import not_understood


class SpeechSegment(msgspec.Struct, frozen=True):
    """Sound to recognize (int16, mono, 16 kHz), its id, the mean probability of speech, and what caused it.

    started_at, ended_at: of the speech in it (epoch seconds). so_far: seconds of speech in an utterance that goes on; 0
    where the id counts. Without a cause, nobody waits for its words. expected: the language it is probably in, "" where
    that is not known."""

    pcm: bytes
    segment: int
    certainty: float
    cause: str
    started_at: float = 0.0
    ended_at: float = 0.0
    so_far: float = 0.0
    expected: str = ""


def recognized(segment: SpeechSegment, transcriber: Transcriber) -> Message | None:
    """Transcribe it, which takes long; the message to the recognizer, None where nobody waits. Never raises."""
    try:
        heard = transcriber.transcribe(samples(segment.pcm), segment.expected)
    except Exception as error:  # the actor dies of it, by its own handler
        return RecognitionBroke(f"{type(error).__name__}: {error}")
    if segment.so_far:
        so_far = (segment.certainty, segment.started_at, segment.so_far)
        return PartRecognized(heard.text, heard.no_speech, *so_far)
    if segment.cause:
        numbers = (heard.no_speech, segment.certainty, heard.seconds, segment.segment)
        times = (segment.started_at, segment.ended_at)
        unwanted = "language" if not_understood(heard) else ""
        return UtteranceRecognized(heard.text, *numbers, *times, unwanted, heard.language, heard.certainty)
    return None


def samples(pcm: bytes) -> Samples:
    """int16 little-endian as what the engines take."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
