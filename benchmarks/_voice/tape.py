"""Records a PulseAudio source without a pause: its sound, and the level of each 10 ms with the time it arrived."""

import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

RATE = 16000
BLOCK = 160
"""Samples in one block: 10 ms."""
AUDIBLE = 0.012
"""Peak from which a block counts as sound, of 1: above the noise that synthetic voices end in."""


class Tape:
    """Use as a context. Times are epoch seconds of a block's arrival."""

    def __init__(self, source: str, environment: Mapping[str, str]) -> None:
        self._source = source
        self._environment = environment
        self._times: list[float] = []
        self._peaks: list[float] = []
        self._sound: list[bytes] = []
        self._news = threading.Condition()

    def __enter__(self) -> Self:
        form = ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=10")
        self._process = subprocess.Popen(
            ["parec", "-d", self._source, *form],
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(5.0)
        self._thread.join(5.0)

    def loud(self, since: float, until: float = float("inf")) -> list[float]:
        """When each audible block between the two times arrived."""
        with self._news:
            first = int(np.searchsorted(self._times, since))
            pairs = zip(self._times[first:], self._peaks[first:], strict=True)
            return [at for at, peak in pairs if peak >= AUDIBLE and at <= until]

    def levels(self, since: float, until: float) -> tuple[Any, Any]:
        """Arrival times and RMS (of 1) of the blocks between the two times: two float arrays."""
        first, last = (int(np.searchsorted(self._times, at)) for at in (since, until))
        with self._news:
            sound = np.frombuffer(b"".join(self._sound[first:last]), "<i2").astype(np.float64) / 32768
            return np.array(self._times[first:last]), np.sqrt((sound.reshape(-1, BLOCK) ** 2).mean(axis=1))

    def first_sound(self, since: float, within: float) -> float | None:
        """The first audible block after `since`, waited for `within` seconds; None if none came."""
        end = time.time() + within
        with self._news:
            while True:
                if found := self.loud_now(since):
                    return found
                if not self._news.wait(max(0.0, end - time.time())) or time.time() >= end:
                    return self.loud_now(since)

    def quiet(self, seconds: float, within: float) -> bool:
        """Wait until nothing was audible for so long; False if that did not come within `within` seconds."""
        end = time.time() + within
        while time.time() < end:
            last = self._last_loud()
            left = last + seconds - time.time()
            if left <= 0:
                return True
            time.sleep(min(left, 0.05))
        return False

    def loud_now(self, since: float) -> float | None:
        """The first audible block after `since` that has arrived yet."""
        first = int(np.searchsorted(self._times, since))
        pairs = zip(self._times[first:], self._peaks[first:], strict=False)
        return next((at for at, peak in pairs if peak >= AUDIBLE), None)

    def _last_loud(self) -> float:
        with self._news:
            for at, peak in zip(reversed(self._times), reversed(self._peaks), strict=True):
                if peak >= AUDIBLE:
                    return at
        return 0.0

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while len(block := self._process.stdout.read(2 * BLOCK)) == 2 * BLOCK:
            peak = float(np.abs(np.frombuffer(block, "<i2").astype(np.int32)).max()) / 32768
            with self._news:
                self._times.append(time.time())
                self._peaks.append(peak)
                self._sound.append(block)
                self._news.notify_all()
