"""WAV files as devices: one plays a file as the microphone, the other records the speaker."""

import struct
import threading
import time
from pathlib import Path

import numpy as np

from actors.audio.devices.device import Deliver, DeviceMissing, Sound
from actors.audio.devices.paced import PacedSink, Pacer
from actors.audio.devices.resample import resampled
from actors.audio.devices.riff import NotWav, wav_sound

_RATE = 16000
_CHUNK = 512
_SPEAKER_RATE = 22050
_LARGEST = 100 * 2**20
_LARGEST_RECORDING = 2**30
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


def read_wav(path: Path) -> tuple[Sound, int]:
    """A WAV file of any usual kind (see riff.py) as mono int16, and its rate in Hz. Raises DeviceMissing."""
    remedy = "Give a WAV file (PCM or float) of at most 100 MiB, or another device."
    try:
        if path.stat().st_size > _LARGEST:
            raise DeviceMissing(f"{path} is larger than 100 MiB", remedy, retry=False)
        return wav_sound(path.read_bytes())
    except (OSError, NotWav) as error:
        raise DeviceMissing(f"{path} cannot be read as a WAV file: {error}", remedy, retry=False) from error


class WavWriter:
    """Writes mono int16 sound at `rate` Hz. The header is right after each write, so that a kill leaves a good file."""

    def __init__(self, path: Path, rate: int) -> None:
        """Raises DeviceMissing when the file cannot be made."""
        self._rate = rate
        self._octets = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=0)
            self._file.write(self._header())
        except OSError as error:
            text = f"{path} cannot be written: {error.strerror or error}"
            raise DeviceMissing(text, "Give a path that can be written, or another device.") from error

    def write(self, sound: Sound) -> None:
        """Append `sound`; beyond 1 GiB nothing is kept."""
        octets = sound.astype("<i2").tobytes()
        if self._file.closed or self._octets + len(octets) > _LARGEST_RECORDING:
            return
        self._file.seek(0, 2)
        self._file.write(octets)
        self._octets += len(octets)
        self._file.seek(0)
        self._file.write(self._header())

    def close(self) -> None:
        self._file.close()

    def _header(self) -> bytes:
        return _HEADER.pack(
            b"RIFF", 36 + self._octets, b"WAVE", b"fmt ", 16, 1, 1, self._rate, 2 * self._rate, 2, 16,
            b"data", self._octets,
        )  # fmt: skip


def file_speaker(path: Path) -> PacedSink:
    """A speaker that records what is played, without the pauses in between. Raises DeviceMissing."""
    writer = WavWriter(path, _SPEAKER_RATE)
    return PacedSink(_SPEAKER_RATE, writer.write, writer.close)


class FileMicrophone:
    """Hears `path` in real time, once, and silence ever after."""

    rate = _RATE

    def __init__(self, path: Path) -> None:
        """Raises DeviceMissing."""
        sound, rate = read_wav(path)
        self._sound = resampled(sound, rate, _RATE)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, deliver: Deliver) -> None:
        self._thread = threading.Thread(
            target=self._run, args=(deliver,), name="file microphone", daemon=True
        )
        self._thread.start()

    def idle(self) -> float:
        """0: a file does not fall silent by itself."""
        return 0.0

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(2.0)

    def _run(self, deliver: Deliver) -> None:
        pacer = Pacer(self._stopping)
        position = 0
        while not self._stopping.is_set():
            chunk = self._sound[position : position + _CHUNK]
            position = min(position + _CHUNK, self._sound.size)
            pacer.wait(_CHUNK / _RATE)
            deliver(np.pad(chunk, (0, _CHUNK - chunk.size)), time.time())
