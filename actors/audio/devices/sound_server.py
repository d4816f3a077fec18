"""Where the sound server (PulseAudio, or PipeWire in its place) plays and records a stream, by pulsectl.

A server moves a stream whose device goes away to any other one, and tells nobody: the callbacks go on."""

import os
import time
from typing import Any

import msgspec

from actors.audio.devices.device import DeviceMissing

_EVERY = 0.5  # seconds between two looks
_MONITOR = ".monitor"
_VIRTUAL = ("null-sink", "null-audio-sink", "remap", "pipe-", "combine", "virtual")
_REMEDY = (
    "Plug it in again, or choose another device in the section audio; `supervisor audio devices` lists them."
)


class Place(msgspec.Struct, frozen=True):
    """Where a stream is, and what the server's default was then; names of devices, "" if there is none."""

    device: str
    default: str


class ServerDevice(msgspec.Struct, frozen=True):
    """A device as the sound server knows it. kind: input or output. volume: 1 is full; the loudest channel counts.

    is_virtual: it is no hardware. monitor_of: the output whose sound this input is; "" for a microphone."""

    name: str
    description: str
    kind: str
    muted: bool
    volume: float
    default: bool
    is_virtual: bool
    monitor_of: str = ""


def server_devices() -> tuple[ServerDevice, ...]:
    """Every device of the sound server; none without one, or where it does not answer."""
    server = _connect()
    if server is None:
        return ()
    try:
        known = server.server_info()
        outputs = [_described(one, "output", known.default_sink_name) for one in server.sink_list()]
        inputs = [_described(one, "input", known.default_source_name) for one in server.source_list()]
        return (*inputs, *outputs)
    except Exception:  # pulsectl's own errors, and those of a server that ends
        return ()
    finally:
        server.close()


def _described(one: Any, kind: str, default: str | None) -> ServerDevice:
    # PulseAudio's module, or PipeWire's factory
    maker = f"{one.driver or ''} {one.proplist.get('factory.name', '')}"
    return ServerDevice(
        str(one.name),
        str(one.description or ""),
        kind,
        bool(one.mute),
        round(max(one.volume.values, default=0.0), 3),
        one.name == default,
        any(word in maker for word in _VIRTUAL) or one.proplist.get("node.virtual") == "true",
        str(getattr(one, "monitor_of_sink_name", "") or "") if kind == "input" else "",
    )


def displacement(first: Place, now: Place, follows_default: bool) -> str:
    """Why a stream that was at `first` and is at `now` must be opened again; "" if it is where it should be."""
    if follows_default and now.default != first.default:
        if now.default.endswith(_MONITOR) and not first.default.endswith(_MONITOR):
            return f"{first.default} is gone, and nothing is left but what the speaker {now.default} plays"
        return f"the default is {now.default or 'no device'} now, and was {first.default or 'no device'}"
    if now.device != first.device:
        return f"{first.device} is gone, and the sound server has moved the stream to {now.device}"
    return ""


class StreamWatch:
    """Watches this process's own stream of one direction ("input" or "output"), from its start on."""

    def __init__(self, kind: str, follows_default: bool) -> None:
        self._kind = kind
        self._follows_default = follows_default
        self._first: Place | None = None
        self._due = 0.0
        self._server = _connect()

    def check(self) -> None:
        """Raises DeviceMissing when the stream is not where it was opened; without a sound server nothing is known."""
        now = time.monotonic()
        if self._server is None or now < self._due:
            return
        self._due = now + _EVERY
        place = self._look()
        if place is None:
            return
        if self._first is None:
            self._first = place
        elif why := displacement(self._first, place, self._follows_default):
            raise DeviceMissing(why, _REMEDY)

    @property
    def device(self) -> str:
        """The server's name of the device in use; "" if that is not known."""
        return self._first.device if self._first is not None else ""

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _look(self) -> Place | None:
        try:
            return _place_of_own_stream(self._server, self._kind)
        except (
            Exception
        ):  # pulsectl's own errors, and those of a server that ends: the stream's age tells of it
            self.close()
            return None


def _connect() -> Any:
    try:
        import pulsectl

        server = pulsectl.Pulse("gerald: where its streams are", connect=False)
        server.connect(autospawn=False, timeout=1.0)
    except Exception:  # no libpulse on this system, or no server: sound goes to the hardware itself
        return None
    return server


def _place_of_own_stream(server: Any, kind: str) -> Place | None:
    known = server.server_info()
    if kind == "output":
        streams, default = server.sink_input_list(), known.default_sink_name
        devices = {one.index: one.name for one in server.sink_list()}
        found = [devices.get(one.sink) for one in streams if _is_own(one)]
    else:
        streams, default = server.source_output_list(), known.default_source_name
        devices = {one.index: one.name for one in server.source_list()}
        found = [devices.get(one.source) for one in streams if _is_own(one)]
    name = found[-1] if found else None
    return None if name is None else Place(name, default or "")


def _is_own(stream: Any) -> bool:
    return bool(stream.proplist.get("application.process.id") == str(os.getpid()))
