"""WAV files as sound: PCM of 8 to 32 bits and float, plain or extensible, also where the header has no length. Pure."""

import struct
from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from actors.audio.devices.device import Sound

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_FORMAT = struct.Struct("<HHIIHH")
_SUBFORMAT_AT = 24  # in the chunk `fmt ` of an extensible file: the first two bytes of a GUID are the format
_CHANNELS, _RATES = 64, (1000, 768_000)


class NotWav(ValueError):
    """The bytes are no WAV file that can be read; the message says why."""


class _Format(msgspec.Struct, frozen=True):
    kind: int
    channels: int
    rate: int
    width: int


def wav_sound(data: bytes) -> tuple[Sound, int]:
    """A WAV file's sound, mixed to mono, and its rate in Hz. Raises NotWav."""
    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise NotWav("it does not begin as a WAV file does")
    form: _Format | None = None
    for name, body in _chunks(data):
        if name == b"fmt ":
            form = _format(body)
        elif name == b"data":
            if form is None:
                raise NotWav("its sound comes before its format")
            return _mono(body, form), form.rate
    raise NotWav("it has no sound")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content; what is said to be longer than the file, as in one that was streamed, goes to its end."""
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"data" and size == 0:
            size = len(data)  # the length was never filled in
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(body: bytes) -> _Format:
    if len(body) < _FORMAT.size:
        raise NotWav("its format is cut off")
    kind, channels, rate, _, _, bits = _FORMAT.unpack_from(body)
    if kind == _EXTENSIBLE and len(body) >= _SUBFORMAT_AT + 2:
        kind = int.from_bytes(body[_SUBFORMAT_AT : _SUBFORMAT_AT + 2], "little")
    width = (bits + 7) // 8
    if (kind, width) not in ((_PCM, 1), (_PCM, 2), (_PCM, 3), (_PCM, 4), (_FLOAT, 4), (_FLOAT, 8)):
        raise NotWav(f"its format is {kind} with {bits} bits; PCM of 8 to 32 bits and float are read")
    if not 1 <= channels <= _CHANNELS or not _RATES[0] <= rate <= _RATES[1]:
        raise NotWav(f"it says that it has {channels} channels at {rate} Hz")
    return _Format(kind, channels, rate, width)


def _mono(body: bytes, form: _Format) -> Sound:
    frame = form.width * form.channels
    samples = _samples(body[: len(body) // frame * frame], form).reshape(-1, form.channels)
    mixed = samples[:, 0] if form.channels == 1 else samples.mean(axis=1)
    return np.asarray(mixed, dtype=np.int16)


def _samples(octets: bytes, form: _Format) -> NDArray[np.int16]:
    if form.kind == _FLOAT:
        values = np.frombuffer(octets, dtype=f"<f{form.width}")
        scaled = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0) * 32768.0
        return np.asarray(np.clip(scaled, -32768, 32767), dtype=np.int16)
    raw = np.frombuffer(octets, dtype=np.uint8).reshape(-1, form.width)
    if form.width == 1:
        return np.asarray((raw[:, 0].astype(np.int16) - 128) << 8, dtype=np.int16)
    return np.asarray(np.ascontiguousarray(raw[:, -2:]).view("<i2")[:, 0], dtype=np.int16)
