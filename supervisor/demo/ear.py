"""Listens to a PulseAudio source: notes when there is sound, and can record it."""

import subprocess
import threading
import time
import wave
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_RATE = 16000
_BLOCK = 160
_AUDIBLE = 400  # of 32768: above the noise that synthetic voices end in
_KEPT = 60_000  # blocks: ten minutes


class PlaybackEar:
    """Use as a context. Times are epoch seconds at which a block of 10 ms arrived."""

    def __init__(self, source: str, environment: Mapping[str, str]) -> None:
        self._source = source
        self._environment = environment
        self._sounds: deque[float] = deque(maxlen=_KEPT)
        self._recording: wave.Wave_write | None = None
        self._changed = threading.Condition()

    def __enter__(self) -> "PlaybackEar":
        form = ("--raw", "--format=s16le", f"--rate={_RATE}", "--channels=1", "--latency-msec=10")
        self._process = subprocess.Popen(
            ["parec", "-d", self._source, *form],
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._listen, name=f"ear at {self._source}", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(2.0)
        self._thread.join(2.0)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def last_sound(self, since: float = 0.0) -> float | None:
        """When a sound was last heard; None if that was before `since`."""
        with self._changed:
            return self._sounds[-1] if self._sounds and self._sounds[-1] > since else None

    @contextmanager
    def recording(self, path: Path) -> Iterator[None]:
        """Write what is heard meanwhile to a WAV file (mono, 16 bits, 16 kHz)."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_RATE)
            with self._changed:
                self._recording = file
            try:
                yield
            finally:
                with self._changed:
                    self._recording = None

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while len(block := self._process.stdout.read(2 * _BLOCK)) == 2 * _BLOCK:
            loud = int(np.abs(np.frombuffer(block, dtype="<i2").astype(np.int32)).max()) >= _AUDIBLE
            with self._changed:
                if self._recording is not None:
                    self._recording.writeframes(block)
                if loud:
                    self._sounds.append(time.time())
                    self._changed.notify_all()
