"""WAV files as devices."""

import queue
import wave
from pathlib import Path

import numpy as np
import pytest

from actors.audio.devices.capture import Chunker
from actors.audio.devices.device import DeviceMissing, Sound
from actors.audio.devices.wavefile import FileMicrophone, WavWriter, file_speaker, read_wav
from actors.audio.playback.playlist import Playlist


def write(path: Path, octets: bytes, width: int, channels: int = 1, rate: int = 16000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(octets)
    return path


@pytest.mark.parametrize(
    ("octets", "width"),
    [
        (bytes((128, 255, 0)), 1),
        (np.array([0, 32512, -32768], dtype="<i2").tobytes(), 2),
        (b"\0\0\0" + b"\0\0\x7f" + b"\0\0\x80", 3),
        (np.array([0, 32512 << 16, -(2**31)], dtype="<i4").tobytes(), 4),
    ],
)
def test_every_width_is_read(tmp_path: Path, octets: bytes, width: int) -> None:
    sound, rate = read_wav(write(tmp_path / "a.wav", octets, width))
    assert list(sound) == [0, 32512, -32768]
    assert rate == 16000


def test_channels_are_mixed(tmp_path: Path) -> None:
    octets = np.array([100, 300, -100, 100], dtype="<i2").tobytes()
    sound, _ = read_wav(write(tmp_path / "a.wav", octets, 2, channels=2))
    assert list(sound) == [200, 0]


def test_a_file_that_is_none_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    for name in ("text.wav", "nothing.wav"):
        with pytest.raises(DeviceMissing, match=name) as missing:
            read_wav(tmp_path / name)
        assert "WAV" in missing.value.remedy
        assert not missing.value.retry


def test_what_is_written_can_be_read_before_the_file_is_closed(tmp_path: Path) -> None:
    writer = WavWriter(tmp_path / "out" / "a.wav", 22050)
    writer.write(np.arange(100, dtype=np.int16))
    writer.write(np.arange(50, dtype=np.int16))
    sound, rate = read_wav(tmp_path / "out" / "a.wav")
    assert (list(sound), rate) == ([*range(100), *range(50)], 22050)
    writer.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceMissing, match="cannot be written"):
        WavWriter(tmp_path / "file" / "a.wav", 22050)


def test_a_file_is_heard_once_in_real_time_and_then_silence(tmp_path: Path) -> None:
    tone = np.full(4800, 1000, dtype="<i2")
    microphone = FileMicrophone(write(tmp_path / "a.wav", tone.tobytes(), 2, rate=48000))
    heard: queue.SimpleQueue[tuple[Sound, float]] = queue.SimpleQueue()
    microphone.start(lambda sound, at: heard.put((sound, at)))
    got = [heard.get(timeout=5.0) for _ in range(8)]
    microphone.close()
    everything = np.concatenate([sound for sound, _ in got])
    assert everything.size == 8 * 512
    assert abs(int(everything[:1500].mean()) - 1000) < 30
    assert not everything[1700:].any()
    assert 0.15 < got[-1][1] - got[0][1] < 5.0


def test_a_file_records_what_is_played_at_the_pace_at_which_it_is_heard(tmp_path: Path) -> None:
    speaker = file_speaker(tmp_path / "a.wav")
    playlist = Playlist(speaker.rate)
    speaker.start(playlist)
    playlist.add(1, 0, np.full(speaker.rate // 4, 500, dtype=np.int16), speaker.rate, last=True)
    began, _ = playlist.marks.get(timeout=5.0)
    played, _ = playlist.marks.get(timeout=5.0)
    speaker.close()
    assert 0.2 < played.at - began.at < 5.0
    sound, _ = read_wav(tmp_path / "a.wav")
    assert np.count_nonzero(sound) == speaker.rate // 4


def test_chunks_are_512_samples_and_know_when_they_ended() -> None:
    chunker = Chunker(16000)
    assert list(chunker.feed(np.arange(500, dtype=np.int16), 10.0)) == []
    first, second = chunker.feed(np.arange(600, dtype=np.int16), 10.1)
    assert len(first.pcm) == len(second.pcm) == 1024
    assert np.frombuffer(first.pcm, dtype="<i2")[500] == 0
    assert second.captured_at == pytest.approx(10.1 - (1100 - 1024) / 16000)
    assert second.captured_at - first.captured_at == pytest.approx(0.032)


def test_chunks_of_a_device_at_another_rate_keep_the_time() -> None:
    chunker = Chunker(44100)
    got = [chunk for _ in range(100) for chunk in chunker.feed(np.zeros(441, dtype=np.int16), 0.0)]
    assert len(got) in (30, 31)
