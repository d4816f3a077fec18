"""A virtual world whose actors have real threads, and the real engines, loaded once."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from actors.audio.devices.resample import resampled
from actors.speech.engines import embedded
from actors.speech.engines.engine import RATE, Samples
from actors.speech.engines.hibari import Hibari
from actors.speech.engines.piper import Piper
from actors.speech.engines.vad import Silero
from actors.speech.engines.whisper import Whisper
from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def world() -> Iterator[VirtualWorld]:
    made = VirtualWorld()
    yield made
    for life in made.lives.values():
        if life.running:
            life.stop()


@pytest.fixture
def until(world: VirtualWorld) -> Until:
    """Handle what comes until something is true; fail after a minute."""

    def run(condition: Callable[[], object]) -> None:
        end = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < end, "it did not come true within a minute"
            for life in world.lives.values():
                life.step(0.01)

    return run


@pytest.fixture(scope="session")
def whisper() -> Whisper:
    return Whisper(embedded.whisper_model())


@pytest.fixture(scope="session")
def silero() -> Silero:
    return Silero(embedded.activity_model())


@pytest.fixture(scope="session")
def piper() -> Piper:
    return Piper(embedded.voice_model())


@pytest.fixture(scope="session")
def hibari() -> Hibari:
    return Hibari()


@pytest.fixture(scope="session")
def say(piper: Piper) -> Callable[[str], Samples]:
    """Something said by Piper, as the microphone would hear it."""

    def sound(text: str) -> Samples:
        spoken = np.concatenate(list(piper.synthesize(text)))
        return resampled(spoken, piper.rate, RATE).astype(np.float32) / 32768.0

    return sound
