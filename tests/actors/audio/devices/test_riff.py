"""WAV files of every kind that programs write."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.audio.devices.riff import NotWav, wav_sound

VALUES = [0, 16384, -16384, 32767]
PCM = np.array(VALUES, dtype="<i2").tobytes()
FLOATS = np.array(VALUES, dtype="<f4") / 32768


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def fmt(kind: int, width: int, channels: int = 1, rate: int = 16000) -> bytes:
    block = width * channels
    return chunk(b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, 8 * width))


def extensible(kind: int, width: int) -> bytes:
    body = struct.pack("<HHIIHH", 0xFFFE, 1, 16000, 16000 * width, width, 8 * width)
    tail = b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    return chunk(b"fmt ", body + struct.pack("<HHIH", 22, 8 * width, 4, kind) + tail)


def wav(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


@pytest.mark.parametrize(
    "data",
    [
        wav(fmt(1, 2), chunk(b"data", PCM)),
        wav(extensible(1, 2), chunk(b"data", PCM)),
        wav(fmt(3, 4), chunk(b"data", FLOATS.tobytes())),
        wav(fmt(3, 8), chunk(b"data", FLOATS.astype("<f8").tobytes())),
        wav(extensible(3, 4), chunk(b"data", FLOATS.tobytes())),
        wav(chunk(b"LIST", b"odd"), fmt(1, 2), chunk(b"fact", b"1234"), chunk(b"data", PCM), chunk(b"id3 ", b"x")),
        wav(fmt(1, 2), chunk(b"data", PCM, size=0xFFFFFFFF), size=0xFFFFFFFF),
        wav(fmt(1, 2), chunk(b"data", PCM, size=0), size=0),
        wav(fmt(1, 2), chunk(b"data", PCM + b"x")),
    ],
    ids=["pcm", "extensible", "float", "double", "extensible float", "other chunks", "streamed", "no length", "odd"],
)  # fmt: skip
def test_every_usual_kind_is_read(data: bytes) -> None:
    sound, rate = wav_sound(data)
    assert list(sound) == VALUES
    assert rate == 16000


def test_float_beyond_its_range_is_clipped_and_what_is_no_number_is_silence() -> None:
    data = np.array([2.0, -2.0, np.nan, np.inf], dtype="<f4").tobytes()
    sound, _ = wav_sound(wav(fmt(3, 4), chunk(b"data", data)))
    assert list(sound) == [32767, -32768, 0, 32767]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin"),
        (b"OggS" + bytes(40), "does not begin"),
        (wav(), "no sound"),
        (wav(chunk(b"data", PCM)), "before its format"),
        (wav(chunk(b"fmt ", b"12")), "cut off"),
        (wav(fmt(85, 2), chunk(b"data", PCM)), "format is 85"),
        (wav(fmt(1, 2, channels=0), chunk(b"data", PCM)), "0 channels"),
        (wav(fmt(1, 2, rate=0), chunk(b"data", PCM)), "0 Hz"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(NotWav, match=why):
        wav_sound(data)


@given(st.integers(0, 60), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_gives_sound_or_a_reason(at: int, damage: bytes) -> None:
    data = bytearray(wav(extensible(1, 2), chunk(b"data", PCM)))
    data[at : at + len(damage)] = damage
    try:
        sound, rate = wav_sound(bytes(data))
    except NotWav:
        return
    assert sound.dtype == np.int16
    assert rate > 0
