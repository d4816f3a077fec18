"""Real streams on virtual hardware: PortAudio, ALSA and a private PulseAudio."""

import builtins
import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.audio.devices.device import DeviceMissing, Sound
from actors.audio.devices.portaudio import PortAudioSink, PortAudioSource
from actors.audio.devices.wavefile import WavWriter, read_wav
from actors.audio.internal import SoundBegan, SoundPlayed
from actors.audio.messages import AudioChunk, PlaybackEnded, PlaybackStarted, PlaySentence, SentencePlayed
from actors.audio.microphone import Microphone
from actors.audio.playback.playlist import Playlist
from actors.audio.speaker import Speaker
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.speech.messages import Cancel
from config.schema import Audio, Speech
from supervisor.demo.pulse import MICROPHONE, SPEAKER, PulseHarness, unavailable
from tests.doubles.listening import await_quiet, first_sound
from tests.doubles.undisturbed import undisturbed
from tests.doubles.virtual_world import VirtualWorld

needs_pulse = pytest.mark.skipif(bool(unavailable()), reason=unavailable())
Until = Callable[[Callable[[], object]], None]


def tone(seconds: float, rate: int = 22050) -> Sound:
    return (np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate) * 8000).astype(np.int16)


@pytest.fixture(scope="module")
def pulse() -> Iterator[PulseHarness]:
    with PulseHarness() as harness, pytest.MonkeyPatch.context() as patch:
        for name, value in harness.environment.items():
            patch.setenv(name, value)
        # The first stream of all is stalled for a second or two while the sinks wake up.
        sink, playlist = PortAudioSink(SPEAKER), Playlist()
        playlist.set_rate(sink.rate)
        sink.start(playlist)
        playlist.add(1, 0, tone(0.1), 22050, last=True)
        assert first_sound(harness.speaker, 0.0, timeout=10.0) is not None
        sink.close()
        yield harness


@pytest.mark.sound
@needs_pulse
def test_what_is_played_is_heard_with_little_delay_and_at_the_right_pace(pulse: PulseHarness) -> None:
    sink, playlist = PortAudioSink(SPEAKER), Playlist()
    playlist.set_rate(sink.rate)
    sink.start(playlist)
    turns = count(1)

    def measure() -> None:
        assert await_quiet(pulse.speaker, 0.3, 5.0)
        begun = time.time()
        playlist.add(next(turns), 0, tone(0.5), 22050, last=True)
        heard = first_sound(pulse.speaker, begun, timeout=5.0)
        assert await_quiet(pulse.speaker, 0.2, 5.0)
        last = pulse.speaker.last_sound()
        marks = [playlist.marks.get()[0] for _ in range(playlist.marks.qsize())]
        (mark,) = (one for one in marks if isinstance(one, SoundBegan) and one.at >= begun)
        (end,) = (one for one in marks if isinstance(one, SoundPlayed) and one.at >= begun)
        assert heard is not None
        assert last is not None
        assert heard - begun < 0.25
        assert abs(mark.at - heard) < 0.1
        assert abs(end.at - last) < 0.1
        assert last - heard == pytest.approx(0.5, abs=0.1)

    undisturbed(measure)
    sink.close()


@pytest.mark.sound
@needs_pulse
def test_what_is_said_into_the_microphone_becomes_chunks(
    pulse: PulseHarness, world: VirtualWorld, until: Until, tmp_path: Path
) -> None:
    writer = WavWriter(tmp_path / "in.wav", 22050)
    writer.write(np.concatenate((tone(0.4), np.zeros(8000, dtype=np.int16))))
    writer.close()
    recognizer = world.probe("speech.recognizer")
    world.start(Microphone(Audio(input_device=MICROPHONE), Speech(), tmp_path), "audio.microphone")
    until(lambda: recognizer.of(AudioChunk))

    def measure() -> None:
        recognizer.clear()
        ended: list[float] = []
        playing = threading.Thread(target=lambda: ended.append(pulse.play(tmp_path / "in.wav")))
        playing.start()
        until(lambda: ended)
        playing.join(5.0)
        loud = [
            chunk.captured_at
            for chunk in recognizer.of(AudioChunk)
            if np.abs(np.frombuffer(chunk.pcm, dtype="<i2").astype(int)).max() > 400
        ]
        assert loud
        assert loud[-1] - loud[0] == pytest.approx(0.4, abs=0.1)
        assert loud[-1] == pytest.approx(ended[0], rel=0.0, abs=0.15)

    undisturbed(measure)


@pytest.mark.sound
@needs_pulse
def test_a_cancelled_turn_is_silent_within_100_ms_and_is_recorded_so(
    pulse: PulseHarness, world: VirtualWorld, until: Until, tmp_path: Path
) -> None:
    conversation = world.probe("conversation")
    world.start(Speaker(Audio(output_device=SPEAKER), tmp_path), "audio.speaker")
    turns = count(1)

    def measure() -> None:
        turn = next(turns)
        conversation.clear()
        with pulse.speaker.recording(tmp_path / "out.wav"):
            world.give("audio.speaker", PlaySentence(turn, 0, tone(20.0).tobytes(), 22050, last=True))
            until(lambda: conversation.of(PlaybackStarted))
            assert first_sound(pulse.speaker, conversation.of(PlaybackStarted)[0].at - 0.2, timeout=5.0)
            cancelled = time.time()
            world.give("audio.speaker", Cancel(turn))
            assert await_quiet(pulse.speaker, 0.3, 5.0)
        last = pulse.speaker.last_sound()
        assert last is not None
        assert last - cancelled < 0.1
        assert conversation.of(PlaybackEnded)[0].cancelled
        recorded, rate = read_wav(tmp_path / "out.wav")
        assert np.abs(recorded.astype(int)).max() > 4000
        assert rate == 16000

    undisturbed(measure)


@pytest.mark.sound
@needs_pulse
def test_a_device_is_found_by_index_by_a_part_of_its_name_and_by_default(pulse: PulseHarness) -> None:
    for device in (SPEAKER.upper()[:18], None):
        PortAudioSink(device).close()
    for device in (999, "no such thing"):
        with pytest.raises(DeviceMissing, match=str(device)) as missing:
            PortAudioSource(device, 16000)
        assert MICROPHONE in missing.value.remedy
    number = missing.value.remedy.split(f" {MICROPHONE}")[0].split()[-1]
    source = PortAudioSource(int(number), 16000)
    assert source.rate == 16000
    source.close()


@pytest.mark.sound
@needs_pulse
def test_a_sound_server_that_dies_is_told_and_the_bot_goes_on_unheard_until_it_is_back(
    world: VirtualWorld, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = world.probe("conversation")

    def healths() -> list[Health]:
        return [change.health for change in world.supervisor.of(HealthChanged)]

    with PulseHarness() as harness:
        for name, value in harness.environment.items():
            monkeypatch.setenv(name, value)
        world.start(Speaker(Audio(output_device=SPEAKER), tmp_path), "audio.speaker")
        until(lambda: healths() == [Health.OK])
        harness.kill()
        until(lambda: healths() == [Health.OK, Health.DEGRADED, Health.DOWN])
        world.give("audio.speaker", PlaySentence(1, 0, tone(0.1).tobytes(), 22050, last=True))
        until(lambda: conversation.of(SentencePlayed))
        harness.revive()
        until(lambda: healths()[-1] is Health.OK)
        world.lives["audio.speaker"].stop()


@pytest.mark.sound
@needs_pulse
@pytest.mark.parametrize("kind", ["output", "input"])
def test_a_stream_that_the_sound_server_moves_is_told_within_2_seconds_and_goes_on_when_its_device_is_back(
    world: VirtualWorld, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def healths() -> list[HealthChanged]:
        return [one for one in world.supervisor.of(HealthChanged) if one.reason or one.health is Health.OK]

    with PulseHarness() as harness:
        for name, value in harness.environment.items():
            monkeypatch.setenv(name, value)
        recognizer = world.probe("speech.recognizer")
        if kind == "output":
            world.start(Speaker(Audio(output_device=SPEAKER), tmp_path), "audio.speaker")
            module, arguments = "module-null-sink", [f"sink_name={SPEAKER}"]
        else:
            world.start(Microphone(Audio(input_device=MICROPHONE), Speech(), tmp_path), "audio.microphone")
            until(lambda: recognizer.of(AudioChunk))
            module = "module-remap-source"
            arguments = ["master=mic_in.monitor", f"source_name={MICROPHONE}"]
        until(lambda: healths() and healths()[-1].health is Health.OK)
        until(lambda: _places(harness, kind))
        pause(until, 0.8)  # it looks twice a second where its stream is
        name = arguments[-1].partition("=")[2]

        def measure() -> None:
            harness._client("pactl", "unload-module", _module_of(harness, name), timeout=5.0)
            gone = time.monotonic()
            until(lambda: healths()[-1].health in (Health.DEGRADED, Health.DOWN))
            seconds = time.monotonic() - gone
            harness._client("pactl", "load-module", module, *arguments, timeout=5.0)
            until(lambda: healths()[-1].health is Health.OK)
            assert seconds < 2.0

        undisturbed(measure)
        for life in world.lives.values():
            life.stop()
    reasons = " ".join(one.reason for one in world.supervisor.of(HealthChanged))
    assert "moved the stream" in reasons


def _places(harness: PulseHarness, kind: str) -> str:
    what = "sink-inputs" if kind == "output" else "source-outputs"
    listed = harness._client("pactl", "list", "short", what, timeout=5.0).stdout
    return "\n".join(line for line in listed.splitlines() if "protocol-native" in line)


def _module_of(harness: PulseHarness, name: str) -> str:
    lines = harness._client("pactl", "list", "short", "modules", timeout=5.0).stdout.splitlines()
    return next(line.split()[0] for line in lines if f"name={name}" in line)


def pause(until: Until, seconds: float) -> None:
    """Let the actors' threads run for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end)


@pytest.mark.sound
@needs_pulse
def test_no_daemon_outlives_its_context() -> None:
    with PulseHarness() as harness:
        processes = [harness._daemon, harness.microphone._process, harness.speaker._process]
        folder = harness._folder
    assert all(process.poll() is not None for process in processes)
    assert not folder.exists()


def test_a_machine_without_portaudio_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    importing = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return importing(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DeviceMissing, match="PortAudio") as missing:
        PortAudioSink(None)
    assert "apt-get install libportaudio2" in missing.value.remedy
    assert not missing.value.retry


def test_a_missing_pulseaudio_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PATH", "")
    assert "pulseaudio" in unavailable()
