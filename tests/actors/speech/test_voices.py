"""Two voices in the recognizer, with the real engines: a number for each, and no trace of how they sound."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.audio.messages import AudioChunk
from actors.speech.diarization import diarizer
from actors.speech.engines import embedded
from actors.speech.engines.choice import Note
from actors.speech.engines.engine import RATE
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.piper import Piper
from actors.speech.engines.speaker_encoder import SpeakerEncoder
from actors.speech.engines.vad import CHUNK, CHUNK_SECONDS, Silero
from actors.speech.engines.whisper import Whisper
from actors.speech.messages import TranscriptReady
from actors.speech.recognizer import Recognizer
from config.schema import Speech
from tests.doubles.virtual_world import VirtualWorld

pytestmark = pytest.mark.models
Until = Callable[[Callable[[], object]], None]
START = 1_700_000_000.0
TEXTS = (
    "I was at the harbour this morning and watched the boats come in.",
    "Nobody told me that the museum is closed on Mondays.",
)


def chunks(engine: Hibari | Piper, text: str) -> list[bytes]:
    """Silence, `text`, and silence, as the microphone gives it."""
    spoken = resampled(np.concatenate(list(engine.synthesize(text))), engine.rate, RATE)
    quiet = np.zeros(RATE, dtype=np.int16)
    sound = np.concatenate([quiet, spoken, quiet, quiet])
    return [sound[at : at + CHUNK].tobytes() for at in range(0, len(sound) - CHUNK, CHUNK)]


def test_each_voice_has_its_number_and_only_that_leaves(
    world: VirtualWorld,
    until: Until,
    silero: Silero,
    whisper: Whisper,
    hibari: Hibari,
    piper: Piper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diarizer, "_WITHIN", 60.0)
    silero.reset()
    conversation = world.probe("conversation")
    encoder = SpeakerEncoder(embedded.speaker_model())
    actor = Recognizer(
        Speech(), Path(), loading=lambda *_: (silero, whisper, Note()), encoding=lambda _: encoder
    )
    world.start(actor, "speech.recognizer")
    at = START
    turns = [(voice, text) for text in TEXTS for voice in (hibari, piper)]
    for number, (voice, text) in enumerate(turns, 1):
        for pcm in chunks(voice, text):
            at += CHUNK_SECONDS
            world.give("speech.recognizer", AudioChunk(pcm, at))
            if actor._diarizer._pending:  # as fast as it comes, sound would overtake the thread
                until(lambda: not actor._diarizer._pending)
        until(lambda n=number: len(conversation.of(TranscriptReady)) == n)  # type: ignore[misc]
    assert [one.voice for one in conversation.of(TranscriptReady)] == [1, 2, 1, 2]
    assert max(len(msgspec.json.encode(one)) for one in conversation.of(TranscriptReady)) < 600
