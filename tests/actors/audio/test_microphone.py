"""The microphone as an actor, hearing a file."""

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.audio.messages import AudioChunk, SoundLevel, WatchLevel
from actors.audio.microphone import Microphone
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from config.schema import Audio, Speech
from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]


def start(world: VirtualWorld, home: Path, device: str) -> None:
    world.start(Microphone(Audio(input_device=device), Speech(), home), "audio.microphone")


def test_what_a_file_holds_is_sent_to_the_recognizer_in_chunks(
    world: VirtualWorld, until: Until, tmp_path: Path
) -> None:
    with wave.open(str(tmp_path / "in.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.arange(1, 1025, dtype="<i2").tobytes())
    recognizer = world.probe("speech.recognizer")
    start(world, tmp_path, "file:in.wav")
    until(lambda: len(recognizer.of(AudioChunk)) >= 4)
    chunks = recognizer.of(AudioChunk)[:4]
    sound = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), dtype="<i2")
    assert list(sound[:1024]) == list(range(1, 1025))
    assert not sound[1024:].any()
    assert chunks[3].captured_at - chunks[0].captured_at == pytest.approx(0.096, abs=0.05)
    assert [change.health for change in world.supervisor.of(HealthChanged)] == [Health.OK]


def test_no_microphone_is_not_a_fault_and_gives_no_sound(
    world: VirtualWorld, until: Until, tmp_path: Path
) -> None:
    recognizer = world.probe("speech.recognizer")
    start(world, tmp_path, "none")
    until(lambda: world.supervisor.of(HealthChanged))
    assert [change.health for change in world.supervisor.of(HealthChanged)] == [Health.OK]
    assert recognizer.messages == []


def test_a_missing_file_is_told_and_the_actor_lives(
    world: VirtualWorld, until: Until, tmp_path: Path
) -> None:
    start(world, tmp_path, "file:nothing.wav")
    until(lambda: world.supervisor.of(HealthChanged))
    (change,) = world.supervisor.of(HealthChanged)
    assert change.health is Health.DOWN
    assert "nothing.wav" in change.reason
    assert "WAV" in change.remedy
    assert world.lives["audio.microphone"].running


def test_it_stops_within_its_time(world: VirtualWorld, until: Until, tmp_path: Path) -> None:
    start(world, tmp_path, "none")
    until(lambda: world.supervisor.of(HealthChanged))
    life = world.lives["audio.microphone"]
    life.stop()
    assert not life.running
    assert world.failures["audio.microphone"] is None


def test_who_watches_hears_how_loud_it_is(world: VirtualWorld, until: Until, tmp_path: Path) -> None:
    page = world.probe("page")
    start(world, tmp_path, "file:nothing.wav")
    chunk = AudioChunk(np.full(512, 16384, dtype="<i2").tobytes(), 10.0)
    world.give("audio.microphone", chunk)
    assert page.messages == []
    world.give("audio.microphone", WatchLevel("page"))
    world.give("audio.microphone", chunk)
    assert page.of(SoundLevel) == [SoundLevel(10.0, 0.5, 0.5)]
    world.give("audio.microphone", WatchLevel("page", on=False))
    world.give("audio.microphone", AudioChunk(chunk.pcm, 11.0))
    assert len(page.messages) == 1
