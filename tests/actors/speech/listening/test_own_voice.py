"""What in the sound may be the bot's own voice."""

import numpy as np
import pytest

from actors.audio.messages import AudioChunk
from actors.speech.engines.vad import CHUNK, CHUNK_SECONDS
from actors.speech.listening.own_voice import OverVoice, person_only

LOUD = np.full(CHUNK, 3277, dtype="<i2").tobytes()  # 0.1 RMS
SILENCE = bytes(2 * CHUNK)


@pytest.mark.parametrize(
    ("closed", "clear", "echo", "heard"),
    [
        (False, False, 1.0, True),
        (True, True, 0.0, True),
        (True, False, 1.0, False),
        (True, False, 0.06, False),
        (True, False, 0.04, True),
        (True, False, 0.0, True),
    ],
)
def test_while_the_bot_is_heard_only_what_its_echo_cannot_be_is_a_person(
    closed: bool, clear: bool, echo: float, heard: bool
) -> None:
    chunk = AudioChunk(LOUD, 1000.0, voice=0.1, clear=clear, echo=echo)
    after = person_only(chunk, closed)
    assert after.pcm == (LOUD if heard else SILENCE)
    assert after.captured_at == 1000.0


def over(*chunks: tuple[float, bool, bool]) -> OverVoice:
    """From (voice, clear, closed) of each chunk, the first of which begins at 1000."""
    state = OverVoice()
    for number, (voice, clear, closed) in enumerate(chunks, 1):
        at = 1000.0 + number * CHUNK_SECONDS
        state = state.heard(AudioChunk(LOUD, at, voice=voice, clear=clear), closed)
    return state


def test_sound_is_over_the_voice_while_it_plays_and_where_that_is_not_known_until_recognition_opens() -> None:
    played = over((0.1, True, True), (0.0, True, True), (0.0, False, True), (0.0, False, False))
    assert played.seconds(1000.0, 1001.0) == pytest.approx(2 * CHUNK_SECONDS)
    assert played.seconds(1000.0 + CHUNK_SECONDS, 1001.0) == pytest.approx(CHUNK_SECONDS)


def test_mostly_is_more_than_half() -> None:
    half = over(*[(0.1, True, True)] * 5, *[(0.0, True, False)] * 5)
    assert not half.mostly(1000.0, 1000.0 + 10 * CHUNK_SECONDS)
    assert half.mostly(1000.0, 1000.0 + 9 * CHUNK_SECONDS)
    assert not OverVoice().mostly(1000.0, 1001.0)


def test_only_the_last_minute_is_remembered() -> None:
    assert len(over(*[(0.1, True, True)] * 3000).ends) == 2048
