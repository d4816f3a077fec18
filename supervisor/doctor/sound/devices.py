"""The microphone and the speaker: there, not muted, and the cables the right way round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.files import located
from config.schema import Audio
from supervisor.doctor.apart import apart
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.sound.cable import are_ends_of_one, is_cable, other_end
from supervisor.doctor.subject import Subject
from supervisor.doctor.vrchat import game

if TYPE_CHECKING:
    from actors.audio.devices.portaudio import ListedDevice
    from actors.audio.devices.sound_server import ServerDevice

LIST = "`supervisor audio devices` lists them"
FILE = "file:"
WITHIN = 15.0
"""Seconds until the devices are listed."""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """home: where a file's relative path begins. trouble, remedy: why no device can be listed, "" if they can."""

    audio: Audio
    home: Path
    listed: "Sequence[ListedDevice]" = ()
    server: "Sequence[ServerDevice]" = ()
    trouble: str = ""
    remedy: str = ""
    game_is_here: bool = True

    def chosen(self, kind: str) -> "ListedDevice | None":
        """The device of this kind that the configuration names."""
        return next((one for one in self.listed if one.kind == kind and one.chosen), None)

    def at_server(self, kind: str) -> "ServerDevice | None":
        """The same as the sound server knows it: by its name, else its default one."""
        found, own = self.chosen(kind), [one for one in self.server if one.kind == kind]
        if found is None:
            return None
        named = (one for one in own if found.name in (one.name, one.description))
        return next(named, next((one for one in own if one.default), None))

    def is_virtual(self, kind: str) -> bool:
        """Whether the chosen device is no hardware."""
        found, server = self.chosen(kind), self.at_server(kind)
        return (found is not None and is_cable(found.name)) or (server is not None and server.is_virtual)

    def names(self, kind: str) -> tuple[str, ...]:
        """What the chosen device is called, by PortAudio and by the sound server."""
        found, server = self.chosen(kind), self.at_server(kind)
        names = (found.name if found else "", *((server.name, server.description) if server else ()))
        return tuple(name for name in dict.fromkeys(names) if name)


def gather(subject: Subject) -> DeviceFacts:
    """Lists devices, and opens none; not even that where files or nothing stand in their place. Raises LookFailed."""
    audio = subject.config.audio
    if not (is_device(audio.input_device) or is_device(audio.output_device)):
        return DeviceFacts(audio, subject.home.path)
    return apart(look, subject, WITHIN)


def is_device(wanted: int | str | None) -> bool:
    """Whether it is neither none nor a file."""
    return not isinstance(wanted, str) or not (wanted == "none" or wanted.startswith(FILE))


def look(subject: Subject) -> DeviceFacts:
    """The same in this process."""
    from actors.audio.devices.device import DeviceMissing
    from actors.audio.devices.portaudio import listed
    from actors.audio.devices.sound_server import server_devices

    audio, home = subject.config.audio, subject.home.path
    here = game.is_here(subject.config.osc.output_host)
    try:
        found = listed(audio.input_device, audio.output_device)
    except DeviceMissing as missing:
        return DeviceFacts(audio, home, (), (), str(missing), missing.remedy, here)
    return DeviceFacts(audio, home, found, server_devices(), game_is_here=here)


def judge(facts: DeviceFacts) -> Findings:
    """The microphone, the speaker, and how the two stand to each other."""
    return (*_device(facts, "input"), *_device(facts, "output"), *_cables(facts))


def _device(facts: DeviceFacts, kind: str) -> Iterator[Finding]:
    what, key = (
        ("microphone", "audio.input_device") if kind == "input" else ("speaker", "audio.output_device")
    )
    wanted = facts.audio.input_device if kind == "input" else facts.audio.output_device
    if wanted == "none":
        yield note(f"{key} is none: there is no {what}", f"set {key} to use one; {LIST}")
    elif isinstance(wanted, str) and wanted.startswith(FILE):
        yield _file(facts, wanted.removeprefix(FILE), kind, what)
    elif facts.trouble:
        yield problem(f"{what}: {facts.trouble}", facts.remedy)
    elif (found := facts.chosen(kind)) is None:
        yield _missing(facts, kind, what, key, wanted)
    else:
        yield ok(f"{what}: {found.index} {found.name}" + (" (the default)" if wanted is None else ""))
        yield from _muted(facts, kind, what)


def _file(facts: DeviceFacts, path: str, kind: str, what: str) -> Finding:
    place = located(facts.home, path)
    if kind == "input" and not place.is_file():
        return problem(f"{what}: there is no file {place}", "correct audio.input_device")
    return note(f"{what}: the file {place}")


def _missing(facts: DeviceFacts, kind: str, what: str, key: str, wanted: object) -> Finding:
    if wanted is None:
        return problem(f"this machine has no {what}", f"plug one in, or set {key} to none")
    elsewhere = [one for one in facts.listed if one.kind != kind and str(wanted).lower() in one.name.lower()]
    if elsewhere:
        other = "speaker" if kind == "input" else "microphone"
        end = other_end(elsewhere[0].name, (one.name for one in facts.listed if one.kind == kind))
        hint = f"; {end} is its other end" if end else ""
        return problem(
            f"{key} is {wanted!r}, which is a {other}: the cable is the wrong way round{hint}", LIST
        )
    return problem(f"no {what} is {wanted!r}", f"plug it in, or correct {key}; {LIST}")


def _muted(facts: DeviceFacts, kind: str, what: str) -> Iterator[Finding]:
    server = facts.at_server(kind)
    if server is None:
        return
    if server.muted:
        yield problem(
            f"the {what} is muted in the system's sound settings", f"unmute {server.description} there"
        )
    elif server.volume < 0.05:
        yield problem(f"the {what}'s volume is {server.volume:.0%} in the system", "turn it up there")


def _cables(facts: DeviceFacts) -> Iterator[Finding]:
    ears, mouth = facts.chosen("input"), facts.chosen("output")
    if mouth is None:
        return
    if ears is not None and _hears_itself(facts):
        yield problem(
            f"{ears.name} is the other end of {mouth.name}: Gerald hears its own voice, and not the game",
            "point audio.input_device to where the game's sound arrives: a second cable, or a monitor of its output",
        )
    elif not facts.game_is_here:
        return
    elif not facts.is_virtual("output"):
        remedy = "play it into a virtual cable (audio.output_device), and choose its other end in VRChat"
        yield note(f"{mouth.name} is no virtual cable: VRChat hears the voice only through the air", remedy)
    else:
        inputs = [one.name for one in facts.listed if one.kind == "input"]
        inputs += [one.description for one in facts.server if one.kind == "input"]
        end = other_end(mouth.name, inputs)
        said = f"the voice goes into the cable {mouth.name}"
        yield ok(f"{said}; choose {end or 'its other end'} as the microphone in VRChat")


def _hears_itself(facts: DeviceFacts) -> bool:
    server = facts.at_server("input")
    if server is not None and server.monitor_of:
        return server.monitor_of in facts.names("output")
    return any(are_ends_of_one(one, other) for one in facts.names("input") for other in facts.names("output"))
