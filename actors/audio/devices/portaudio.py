"""Real devices, by PortAudio through sounddevice.

PortAudio is not thread-safe: one lock guards opening and closing. Its device list is renewed only while this process
has no open stream, because renewal closes all streams."""

import ctypes
import ctypes.util
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from actors.audio.devices.device import Deliver, DeviceMissing, Feed
from actors.audio.devices.naming import find
from actors.audio.devices.sound_server import StreamWatch

log = logging.getLogger(__name__)

# With ALSA's plugin for PulseAudio anything shorter underruns at the start, and may then never recover.
_BLOCKS_A_SECOND = {"input": 100, "output": 200}
_LATENCY = 0.045
_GRACE = 2.0  # a sink that was asleep takes a second or two to call for the first time
_RUNAWAY = 2.0  # a stream that underruns without end asks for this many times what it plays
_lock = threading.Lock()
_importing = threading.Lock()
_open_streams = 0
_listed = False
_hushed: Any = None


class _Stream:
    """An open stream of one direction; `rate` and `latency` (seconds) are what the device agreed to."""

    def __init__(self, device: int | str | None, kind: str, rate: int, callback: Callable[..., None]) -> None:
        global _open_streams
        sounddevice = _library()
        self._called = time.monotonic()
        self._window = float("inf")
        self._frames = 0
        self._ran_away = False
        self._closed = False
        self._kind, self._follows_default = kind, device is None
        self._watch: StreamWatch | None = None
        with _lock:
            _renew(sounddevice)
            found = _find(sounddevice, device, kind)
            self._stream = _open(sounddevice, found, kind, rate, callback)
            _open_streams += 1
        self.rate = int(self._stream.samplerate)
        self.latency = float(self._stream.latency)

    def start(self) -> None:
        """Raises DeviceMissing."""
        self._called = time.monotonic() + _GRACE
        try:
            self._stream.start()
        except Exception as error:  # PortAudioError belongs to a library that may be missing
            raise DeviceMissing(f"it does not start: {error}", _TAKEN) from error
        self._watch = StreamWatch(self._kind, self._follows_default)

    def called(self, frames: int) -> None:
        """The device has called back for `frames` samples."""
        self._called = now = time.monotonic()
        self._window = min(self._window, now)
        self._frames += frames
        if (passed := now - self._window) >= 1.0:
            self._ran_away = self._frames > _RUNAWAY * self.rate * passed
            self._window, self._frames = now, 0

    def idle(self) -> float:
        """Seconds since it last called back; infinite for a stream that ended or ran away.

        Raises DeviceMissing for one that the sound server has moved elsewhere."""
        if self._watch is not None:
            self._watch.check()
        if self._ran_away or not self._stream.active:
            return float("inf")
        return max(0.0, time.monotonic() - self._called)

    def close(self) -> None:
        """Closes the stream at once; what is in its buffers is not played."""
        global _open_streams
        if self._watch is not None:
            self._watch.close()
        with _lock:
            if not self._closed:
                self._closed = True
                _open_streams -= 1
                self._stream.close(ignore_errors=True)


class PortAudioSource:
    """A microphone: by index, by a part of its name, or the default. Several channels are mixed."""

    def __init__(self, device: int | str | None, rate: int) -> None:
        """rate: in Hz; where the device refuses it, its own. Raises DeviceMissing."""
        self._deliver: Deliver | None = None
        self._stream = _Stream(device, "input", rate, self._captured)
        self.rate = self._stream.rate

    def start(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._stream.start()

    def idle(self) -> float:
        return self._stream.idle()

    def close(self) -> None:
        self._stream.close()

    def _captured(self, data: Any, frames: int, times: Any, status: Any) -> None:
        self._stream.called(frames)
        if self._deliver is not None:
            mono = data[:, 0].copy() if data.shape[1] == 1 else data.mean(axis=1).astype(np.int16)
            self._deliver(mono, time.time())


class PortAudioSink:
    """A speaker: by index, by a part of its name, or the default. It is played to at its own rate."""

    def __init__(self, device: int | str | None) -> None:
        """Raises DeviceMissing."""
        self._feed: Feed | None = None
        self._stream = _Stream(device, "output", 0, self._wanted)
        self.rate = self._stream.rate

    def start(self, feed: Feed) -> None:
        self._feed = feed
        self._stream.start()

    def idle(self) -> float:
        return self._stream.idle()

    def close(self) -> None:
        self._stream.close()

    def _wanted(self, data: Any, frames: int, times: Any, status: Any) -> None:
        self._stream.called(frames)
        if self._feed is None:
            data.fill(0)
        else:
            latency = self._stream.latency
            data[:] = self._feed.pull(frames, time.time() + latency, latency)[:, None]


_TAKEN = "Close the program that uses the device, or name another one in the section audio."


def _library() -> Any:
    try:
        with _importing:  # its import starts PortAudio, which two threads must not do at once
            import sounddevice
    except OSError as error:
        raise DeviceMissing(
            f"the library PortAudio is not installed ({error})",
            "On Debian and Ubuntu: sudo apt-get install libportaudio2. Until then there is only text.",
            retry=False,
        ) from error
    if _hushed is None:
        _hush_alsa()
    return sounddevice


def _hush_alsa() -> None:
    """ALSA writes every trouble to the terminal; what matters comes back as an error or a silence anyway."""
    global _hushed
    _hushed = ctypes.CFUNCTYPE(None)(lambda: None)
    name = ctypes.util.find_library("asound") if sys.platform == "linux" else None
    if name is not None:
        ctypes.CDLL(name).snd_lib_error_set_handler(_hushed)


def _renew(sounddevice: Any) -> None:
    global _listed
    if _listed and not _open_streams:
        sounddevice._terminate()
        sounddevice._initialize()
    _listed = True


def _find(sounddevice: Any, device: int | str | None, kind: str) -> dict[str, Any]:
    """PortAudio's description of the device. Raises DeviceMissing."""
    usable = [one for one in sounddevice.query_devices() if one[f"max_{kind}_channels"] > 0]
    if not usable:
        raise DeviceMissing(
            f"this machine has no {kind} device", f"Plug one in, or set audio.{kind}_device to none."
        )
    if device is None:
        default = sounddevice.default.device[kind]
        return dict(next((one for one in usable if one["index"] == default), usable[0]))
    found = find(usable, [one["name"] for one in sounddevice.query_hostapis()], device)
    if found is None:
        listed = ", ".join(f"{one['index']} {one['name']}" for one in usable[:12])
        raise DeviceMissing(
            f"no {kind} device is {device!r}", f"Set audio.{kind}_device to one of: {listed}; or to none."
        )
    if found.others:
        log.warning(
            "audio.%s_device: %r fits several devices; %s %s is used, and not %s: name it by its index to be sure",
            kind,
            device,
            found.device["index"],
            found.device["name"],
            ", ".join(found.others[:4]),
        )
    return dict(found.device)


def _open(
    sounddevice: Any, found: dict[str, Any], kind: str, rate: int, callback: Callable[..., None]
) -> Any:
    make = sounddevice.InputStream if kind == "input" else sounddevice.OutputStream
    refusal: Exception | None = None
    for attempt, channels in _attempts(found, kind, rate):
        try:
            return make(
                device=found["index"],
                samplerate=attempt,
                channels=channels,
                dtype="int16",
                blocksize=attempt // _BLOCKS_A_SECOND[kind],
                latency=_LATENCY,
                callback=callback,
            )
        except sounddevice.PortAudioError as error:
            refusal = error
    raise DeviceMissing(f"{found['name']} cannot be opened: {refusal}", _TAKEN) from refusal


def _attempts(found: dict[str, Any], kind: str, rate: int) -> Iterator[tuple[int, int]]:
    own = int(found["default_samplerate"])
    for attempt in dict.fromkeys((rate or own, own)):
        for channels in (1, 2):
            if channels <= found[f"max_{kind}_channels"]:
                yield attempt, channels


def look_for(device: int | str | None, kind: str) -> None:
    """Whether a device ("input" or "output") is there, without opening it. Raises DeviceMissing."""
    sounddevice = _library()
    with _lock:
        _renew(sounddevice)
        _find(sounddevice, device, kind)


class ListedDevice(msgspec.Struct, frozen=True):
    """A device in one direction ("input" or "output"). default: of the system. chosen: by the configuration."""

    index: int
    name: str
    kind: str
    channels: int
    rate: int
    default: bool
    chosen: bool


def listed(chosen_input: int | str | None, chosen_output: int | str | None) -> tuple[ListedDevice, ...]:
    """Every device of this machine, in both directions. Raises DeviceMissing when there is no PortAudio."""
    sounddevice = _library()
    found: list[ListedDevice] = []
    with _lock:
        _renew(sounddevice)
        for kind, chosen in (("input", chosen_input), ("output", chosen_output)):
            default, used = sounddevice.default.device[kind], _index_of(sounddevice, chosen, kind)
            found += [
                ListedDevice(
                    index=one["index"],
                    name=one["name"],
                    kind=kind,
                    channels=one[f"max_{kind}_channels"],
                    rate=int(one["default_samplerate"]),
                    default=one["index"] == default,
                    chosen=one["index"] == used,
                )
                for one in sounddevice.query_devices()
                if one[f"max_{kind}_channels"] > 0
            ]
    return tuple(found)


def _index_of(sounddevice: Any, device: int | str | None, kind: str) -> int:
    """The index of the device that the configuration names; -1 if that is none."""
    if isinstance(device, str) and (device == "none" or device.startswith("file:")):
        return -1
    try:
        return int(_find(sounddevice, device, kind)["index"])
    except DeviceMissing:
        return -1
