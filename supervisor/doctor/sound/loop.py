"""`--sound`: plays a tone into the speaker, and listens at the microphone and at the other end of the cable."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from supervisor.doctor.apart import apart
from supervisor.doctor.finding import Findings, note, ok, problem
from supervisor.doctor.sound import devices
from supervisor.doctor.sound.cable import other_end
from supervisor.doctor.subject import Subject

if TYPE_CHECKING:
    from actors.audio.devices.device import Sound
    from actors.audio.echo.loopback import Loopback

RATE = 16000
SECONDS = 1.5
WITHIN = 35.0
LOUDNESS = 0.1
"""Of full scale: -20 dB."""
BAND = (200.0, 3400.0)
"""Hz: from here to there the tone rises, so that it is found however late it comes."""


@dataclass(frozen=True, slots=True)
class LoopFacts:
    """left_out: why nothing was played. trouble, remedy: why it could not be. microphone: whether the tone came back
    there. end: the name of the other end of the speaker's cable, and what came out of it; "" if it is not known."""

    left_out: str = ""
    trouble: str = ""
    remedy: str = ""
    microphone: "Loopback | None" = None
    end: str = ""
    at_end: "Loopback | None" = None


def gather(subject: Subject) -> LoopFacts:
    """Plays for a second and a half, once for each place that is listened at. Raises LookFailed."""
    if not subject.sound:
        return LoopFacts("`supervisor doctor --sound` plays a tone and listens for it")
    if subject.running.is_there:
        return LoopFacts("everybody in the game would hear it while an instance runs")
    audio = subject.config.audio
    if audio.input_device == "none" or audio.output_device == "none":
        return LoopFacts("there is no microphone, or no speaker")
    return apart(look, subject, WITHIN)


def look(subject: Subject) -> LoopFacts:
    """Plays and listens in this process."""
    from actors.audio.devices.device import DeviceMissing

    try:
        return _played(subject)
    except DeviceMissing as missing:
        return LoopFacts(trouble=str(missing), remedy=missing.remedy)


def _played(subject: Subject) -> LoopFacts:
    from actors.audio.devices.choice import open_sink, open_source
    from actors.audio.echo.loopback import measure

    audio, home, found = subject.config.audio, subject.home.path, devices.look(subject)

    def heard_at(device: int | str | None) -> "Loopback":
        source = open_source(device, audio.sample_rate, home)
        try:
            sink = open_sink(audio.output_device, home)
        except BaseException:
            source.close()
            raise
        return measure(tone(), RATE, sink, source)

    mouth = found.chosen("output")
    inputs = [one for one in found.listed if one.kind == "input" and not one.chosen]
    end = other_end(mouth.name, (one.name for one in inputs)) if mouth is not None else ""
    index = next((one.index for one in inputs if one.name == end), None)
    microphone = heard_at(audio.input_device)
    return LoopFacts("", "", "", microphone, end, heard_at(index) if index is not None else None)


def tone() -> "Sound":
    """A rising tone, int16, shape (samples,), at RATE, fading in and out."""
    import numpy as np

    at = np.arange(int(SECONDS * RATE)) / RATE
    low, high = BAND
    sound = np.sin(2.0 * np.pi * (low * at + (high - low) * at * at / (2.0 * SECONDS)))
    fade = np.clip(np.minimum(at, SECONDS - at) / 0.02, 0.0, 1.0)
    return (sound * fade * LOUDNESS * 32767.0).astype(np.int16)


def judge(facts: LoopFacts) -> Findings:
    """At the other end it should come out; at Gerald's own microphone better not."""
    if facts.left_out:
        return (ok(f"not played: {facts.left_out}"),)
    if facts.trouble:
        return (problem(facts.trouble, facts.remedy),)
    return (*_microphone(facts.microphone), *_end(facts))


def _microphone(found: "Loopback | None") -> Findings:
    if found is None:
        return ()
    if not found.came_back:
        return (
            ok("the tone does not come back into the microphone: Gerald can hear people while it speaks"),
        )
    where = f"{found.delay * 1000:.0f} ms late, at {found.gain:+.1f} dB"
    remedy = "speech.echo auto or cancel takes the voice out; if it is the same cable, use another one for the ears"
    return (note(f"the tone comes back into the microphone, {where}", remedy),)


def _end(facts: LoopFacts) -> Findings:
    if facts.at_end is None:
        return ()
    if facts.at_end.came_back:
        return (ok(f"the tone comes out of {facts.end}: choose it as the microphone in VRChat"),)
    remedy = (
        "the cable may be muted, or its two ends set to different rates: look at the system's sound settings"
    )
    return (problem(f"the tone does not come out of {facts.end}", remedy),)
