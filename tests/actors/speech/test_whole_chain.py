"""Ears and mouth together, with the real engines, between two WAV files."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.audio.devices.wavefile import WavWriter, read_wav
from actors.audio.messages import PlaybackDone, PlaybackEnded, SentencePlayed
from actors.audio.microphone import Microphone
from actors.audio.speaker import Speaker
from actors.speech.engines.choice import Note
from actors.speech.engines.engine import RATE
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.piper import Piper
from actors.speech.engines.vad import Silero
from actors.speech.engines.whisper import Whisper
from actors.speech.messages import SpeakRequested, TranscriptReady
from actors.speech.recognizer import Recognizer
from actors.speech.synthesizer import Synthesizer
from actors.system.messages import StageReached
from config.schema import Audio, Speech
from tests.doubles.virtual_world import VirtualWorld

pytestmark = pytest.mark.models
Until = Callable[[Callable[[], object]], None]


def test_a_question_in_a_file_is_heard_and_an_answer_is_spoken_into_another(
    world: VirtualWorld,
    until: Until,
    tmp_path: Path,
    silero: Silero,
    whisper: Whisper,
    piper: Piper,
    hibari: Hibari,
) -> None:
    question = WavWriter(tmp_path / "question.wav", hibari.rate)
    question.write(np.concatenate(list(hibari.synthesize("What is your favorite color?"))))
    question.close()
    silero.reset()
    conversation, system = world.probe("conversation"), world.probe("system")
    audio = Audio(input_device="file:question.wav", output_device="file:answer.wav")
    world.start(
        Recognizer(Speech(), tmp_path, loading=lambda *_: (silero, whisper, Note())), "speech.recognizer"
    )
    world.start(Synthesizer(Speech(), audio, tmp_path, lambda *_: (piper, Note())), "speech.synthesizer")
    world.start(Speaker(audio, tmp_path), "audio.speaker")
    world.start(Microphone(audio, Speech(), tmp_path), "audio.microphone")

    until(lambda: conversation.of(TranscriptReady))
    assert conversation.of(TranscriptReady)[0].text == "What is your favorite color?"

    world.give("speech.synthesizer", SpeakRequested(1, 0, "It is the blue of the sky."))
    world.give("speech.synthesizer", SpeakRequested(1, 1, "And what is yours?"))
    world.give("audio.speaker", PlaybackDone(1, 2))
    until(lambda: conversation.of(PlaybackEnded))
    assert [one.sentence for one in conversation.of(SentencePlayed)] == [0, 1]
    assert [(one.turn, one.stage) for one in system.of(StageReached)] == [
        (1, "synthesis"),
        (1, "first_audio"),
    ]
    world.lives["audio.speaker"].stop()
    sound, rate = read_wav(tmp_path / "answer.wav")
    heard = whisper.transcribe(resampled(sound, rate, RATE).astype(np.float32) / 32768.0)
    assert re.findall(r"\w+", heard.text.lower()) == "it is the blue of the sky and what is yours".split()
