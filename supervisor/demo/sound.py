"""The demo's sound: a private PulseAudio where available, else files in place of devices."""

import time
import wave
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Self

import numpy as np
import soxr

from actors.speech.engines.engine import Sound as Pcm
from actors.speech.engines.hibari import Hibari
from supervisor.demo.pulse import MICROPHONE, SPEAKER, PulseHarness, unavailable

RATE = 16000
LEVEL = 0.08
"""RMS of speech, of 1: about -22 dB, as of a person near a microphone."""
LEAD = 12.0
"""Seconds of silence before the first question in a microphone file, while Gerald starts."""
PACE = 20.0
"""Seconds between two questions in the file, which cannot wait for the reply of a busy machine."""


class SoundStage(ABC):
    """Plays questions and records replies. settings: the configuration that makes Gerald use it."""

    name: str
    settings: Sequence[str]
    environment: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:  # noqa: B027
        """Close the devices, if there are any."""

    @abstractmethod
    def ask(self, number: int, wav: Path) -> None:
        """Play question `number` (from 0) into the microphone."""

    @abstractmethod
    def recording(self, wav: Path) -> AbstractContextManager[None]:
        """Write what the speaker plays meanwhile to `wav`."""


class PulseStage(SoundStage):
    """Virtual devices of a private PulseAudio."""

    name = "PulseAudio null sinks"
    settings = (f"audio.input_device={MICROPHONE}", f"audio.output_device={SPEAKER}")

    def __enter__(self) -> Self:
        self._pulse = PulseHarness().__enter__()
        self.environment = self._pulse.environment
        return self

    def __exit__(self, *_: object) -> None:
        self._pulse.__exit__()

    def ask(self, number: int, wav: Path) -> None:
        self._pulse.play(wav)

    def recording(self, wav: Path) -> AbstractContextManager[None]:
        return self._pulse.speaker.recording(wav)

    def echo(self, decibels: float, milliseconds: int) -> AbstractContextManager[None]:
        """Meanwhile what is played comes back into the microphone, so much louder and so late."""
        return self._pulse.echo(decibels, milliseconds)


class FileStage(SoundStage):
    """A WAV file as microphone, with all questions at a fixed pace, and one as speaker."""

    name = "file devices"

    def __init__(self, folder: Path, questions: Sequence[Path]) -> None:
        self._in, self._out = folder / "microphone.wav", folder / "speaker.wav"
        self.settings = (f"audio.input_device=file:{self._in}", f"audio.output_device=file:{self._out}")
        pieces = [np.zeros(int(LEAD * RATE), np.int16)]
        for wav in questions:
            spoken = read_wav(wav, RATE)
            pieces += [spoken, np.zeros(max(RATE, int(PACE * RATE) - spoken.size), np.int16)]
        write_wav(self._in, np.concatenate(pieces), RATE)

    def ask(self, number: int, wav: Path) -> None:
        """Nothing to do: the file plays by itself."""

    @contextmanager
    def recording(self, wav: Path) -> Iterator[None]:
        begin = self._out.stat().st_size if self._out.exists() else 0
        yield
        time.sleep(0.1)  # the last block is still being written
        whole = read_wav(self._out, RATE)
        with wave.open(str(self._out)) as played:
            per_byte = RATE / played.getframerate() / 2
        write_wav(wav, whole[int(max(0, begin - 44) * per_byte) :], RATE)


def stage_for(folder: Path, questions: Sequence[Path], files: bool) -> tuple[SoundStage, str]:
    """The best stage this machine has, and why it is not PulseAudio ("" when it is)."""
    why = "as asked by --files" if files else unavailable()
    return (FileStage(folder, questions), why) if why else (PulseStage(), "")


def read_wav(path: Path, rate: int) -> Pcm:
    """A WAV file as int16, (samples,), at `rate` Hz. Raises OSError or wave.Error."""
    with wave.open(str(path)) as file:
        channels, width, found = file.getnchannels(), file.getsampwidth(), file.getframerate()
        data = file.readframes(file.getnframes())
    if width != 2:
        raise wave.Error(f"{path}: {8 * width} bits a sample; 16 are needed")
    pcm = np.frombuffer(data, "<i2").reshape(-1, channels)[:, 0]
    resampled = pcm if found == rate else soxr.resample(pcm, found, rate)
    return np.asarray(resampled, np.int16)


def spoken(questions: Sequence[str], folder: Path) -> list[tuple[str, Path]]:
    """Each question with its WAV file in `folder`, in the second engine's voice, which Gerald does not use."""
    voice = Hibari(threads=1)
    files = [folder / f"question-{number}.wav" for number in range(len(questions))]
    for text, path in zip(questions, files, strict=True):
        write_wav(path, np.concatenate(list(voice.synthesize(text))), voice.rate)
    return list(zip(questions, files, strict=True))


def levelled(sound: Pcm, level: float = LEVEL) -> Pcm:
    """The same with its speech at RMS `level` of 1, and the silence at its ends cut to 50 ms. At RATE Hz."""
    samples = sound.astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    if not loud.size:
        return sound
    samples = samples[max(0, loud[0] - RATE // 20) : loud[-1] + RATE // 20]
    frames = samples[: samples.size // 160 * 160].reshape(-1, 160)
    power = (frames**2).mean(axis=1)
    spoken_power = power[power > power.max() * 0.01].mean()
    return np.asarray(np.clip(samples * level / np.sqrt(spoken_power) * 32768, -32768, 32767), np.int16)


def write_wav(path: Path, pcm: Pcm, rate: int) -> None:
    """Write int16, (samples,), as a mono WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(pcm, "<i2").tobytes())
