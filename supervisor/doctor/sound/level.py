"""What the microphone captures in a second: whether anything comes at all, and how loud."""

from dataclasses import dataclass

from supervisor.doctor.apart import apart
from supervisor.doctor.finding import Findings, note, ok, problem
from supervisor.doctor.sound import devices
from supervisor.doctor.subject import Subject

SECONDS = 1.0
FIRST_WITHIN = 4.0
"""Seconds that a device may take until it gives its first sound."""
WITHIN = 15.0
CLIPPED = -0.1
SILENCE = -120.0


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """left_out: why it was not opened. trouble, remedy: why it could not be. samples: captured. rms, peak: in dB of
    full scale; SILENCE for zeros only. is_virtual: what plays nothing gives zeros."""

    left_out: str = ""
    trouble: str = ""
    remedy: str = ""
    samples: int = 0
    rms: float = SILENCE
    peak: float = SILENCE
    is_virtual: bool = False


def gather(subject: Subject) -> LevelFacts:
    """Captures for a second, unless an instance has the microphone; what was captured is kept nowhere. Raises
    LookFailed."""
    wanted = subject.config.audio.input_device
    if subject.running.is_there:
        return LevelFacts("the running instance has it; `supervisor audio levels` shows what comes")
    if not devices.is_device(wanted):
        return LevelFacts(f"audio.input_device is {wanted}")
    return apart(look, subject, WITHIN)


def look(subject: Subject) -> LevelFacts:
    """Captures in this process."""
    from actors.audio.devices.device import DeviceMissing

    try:
        return _captured(subject)
    except DeviceMissing as missing:
        return LevelFacts(trouble=str(missing), remedy=missing.remedy)


def _captured(subject: Subject) -> LevelFacts:
    import queue
    import time

    import numpy as np

    from actors.audio.devices.choice import open_source
    from actors.audio.devices.device import Sound
    from actors.audio.echo.alignment import level

    audio, found = subject.config.audio, devices.look(subject)
    if found.chosen("input") is None:
        return LevelFacts("there is no microphone")
    is_virtual = found.is_virtual("input")
    pieces: queue.SimpleQueue[Sound] = queue.SimpleQueue()
    source = open_source(audio.input_device, audio.sample_rate, subject.home.path)
    try:
        source.start(lambda sound, at: pieces.put(sound))
        try:
            first = pieces.get(timeout=FIRST_WITHIN)
        except queue.Empty:
            return LevelFacts(is_virtual=is_virtual)
        time.sleep(SECONDS)
    finally:
        source.close()
    sound = np.concatenate([first, *(pieces.get() for _ in range(pieces.qsize()))])
    peak = float(np.abs(sound.astype(np.int32)).max()) / 32768.0
    return LevelFacts("", "", "", int(sound.size), decibels(level(sound)), decibels(peak), is_virtual)


def decibels(factor: float) -> float:
    """Of full scale; SILENCE for 0."""
    from math import log10

    return round(20.0 * log10(factor), 1) if factor > 1e-6 else SILENCE


def judge(facts: LevelFacts) -> Findings:
    """Zeros out of a cable into which nothing plays are as they should be; out of a microphone they are not."""
    if facts.left_out:
        return (ok(f"not measured: {facts.left_out}"),)
    if facts.trouble:
        return (problem(facts.trouble, facts.remedy),)
    if not facts.samples:
        return (
            problem(
                "the microphone gives no sound",
                "close the program that has taken it, or unplug it and plug it in",
            ),
        )
    if facts.peak <= SILENCE and facts.is_virtual:
        return (
            note("only silence: nothing plays into it now", "play something in the game, and look again"),
        )
    if facts.peak <= SILENCE:
        return (
            problem(
                "only zeros come: it is muted, or this user may not use it",
                "look at its switch and at the system's sound settings; on macOS and Windows also at the privacy "
                "setting that lets programs use it",
            ),
        )
    said = f"{facts.rms:.1f} dB, peak {facts.peak:.1f} dB"
    if facts.peak >= CLIPPED:
        return (note(f"{said}: it is too loud", "turn its volume down in the system's sound settings"),)
    return (ok(said),)
