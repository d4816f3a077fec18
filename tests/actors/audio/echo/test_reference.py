"""What the speaker tells of the sound that it plays."""

import numpy as np
import pytest

from actors.audio.devices.device import Sound
from actors.audio.echo.reference import Reference
from actors.audio.messages import PlayedSound

BLOCK = 441  # 10 ms at 44.1 kHz


class Tone:
    """A feed that gives a tone while `on`."""

    def __init__(self) -> None:
        self.on = True
        self.position = 0

    def give_up(self) -> None:
        raise AssertionError("nobody waits")

    def wait(self, timeout: float) -> bool:
        return self.on

    def pull(self, frames: int, at: float, latency: float = 0.0) -> Sound:
        t = np.arange(self.position, self.position + frames) / 44100
        self.position += frames
        return (8000 * np.sin(2 * np.pi * 500 * t) * self.on).astype(np.int16)


def pulled(reference: Reference, blocks: int, at: float) -> float:
    for _ in range(blocks):
        assert reference.pull(BLOCK, at).size == BLOCK
        at += BLOCK / 44100
    return at


def test_what_is_played_is_told_at_16_khz_in_its_place_and_silence_is_not() -> None:
    told: list[PlayedSound] = []
    tone = Tone()
    reference = Reference(tone, 44100, 3, told.append)
    at = pulled(reference, 50, 1000.0)
    tone.on = False
    at = pulled(reference, 100, at)
    tone.on = True
    pulled(reference, 50, at)
    assert {one.stream for one in told} == {3}
    sound = np.zeros(2 * 16000, dtype=np.int16)
    for one in told:
        piece = np.frombuffer(one.pcm, dtype="<i2")
        sound[one.position : one.position + piece.size] = piece
        assert one.heard_at - 1000.0 == pytest.approx(one.position / 16000, abs=0.02)
    assert np.abs(sound[1000:7000]).max() > 7000
    assert np.abs(sound[9600:22400]).max() == 0
    assert np.abs(sound[25000:30000]).max() > 7000


def test_a_device_that_paused_begins_another_stream() -> None:
    told: list[PlayedSound] = []
    reference = Reference(Tone(), 44100, 7, told.append)
    at = pulled(reference, 50, 1000.0)
    pulled(reference, 50, at + 3.0)
    first, second = ([one for one in told if one.stream == stream] for stream in (7, 8))
    assert first[0].position == second[0].position == 0
    assert second[0].heard_at == pytest.approx(at + 3.0, abs=0.02)
