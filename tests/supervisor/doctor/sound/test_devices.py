"""Microphone and speaker: there, not muted, the cables the right way round, and what a tone tells of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from actors.audio.devices.portaudio import ListedDevice
from actors.audio.devices.sound_server import ServerDevice
from actors.audio.devices.wavefile import WavWriter
from actors.audio.echo.loopback import Loopback
from config.schema import Audio
from supervisor.demo.pulse import MICROPHONE, SPEAKER, PulseHarness, unavailable
from supervisor.doctor.examination import Check, examine
from supervisor.doctor.running import Running
from supervisor.doctor.sound import devices, level, loop
from supervisor.doctor.sound.devices import DeviceFacts, judge
from supervisor.doctor.sound.level import LevelFacts
from supervisor.doctor.sound.loop import LoopFacts
from tests.supervisor.doctor.conftest import Make, said, worst

RUNNING = Running(7, status={"ready": True})


# -- on virtual hardware


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseHarness]:
    if why := unavailable():
        pytest.skip(why)
    with PulseHarness() as harness:
        for name, value in harness.environment.items():
            monkeypatch.setenv(name, value)
        yield harness


def pactl(pulse: PulseHarness, *command: str) -> None:
    assert pulse._client("pactl", *command, timeout=10.0).returncode == 0


@pytest.mark.sound
@pytest.mark.slow
def test_devices_that_are_there_muted_silent_and_heard(pulse: PulseHarness, subject: Make) -> None:
    whole = subject(audio={"input_device": MICROPHONE, "output_device": SPEAKER}, sound=True)
    pactl(pulse, "set-source-mute", MICROPHONE, "1")
    pactl(pulse, "set-sink-volume", SPEAKER, "1%")
    found = devices.gather(whole)
    assert found.is_virtual("output")
    assert [line for line in said(judge(found)) if not line.startswith("ok")] == [
        "problem: the microphone is muted in the system's sound settings",
        "problem: the speaker's volume is 1% in the system",
    ]
    pactl(pulse, "set-source-mute", MICROPHONE, "0")
    pactl(pulse, "set-sink-volume", SPEAKER, "100%")
    assert said(level.judge(level.gather(whole))) == ["note: only silence: nothing plays into it now"]
    with pulse.echo(-6.0, 50):
        heard = loop.gather(whole)
    assert heard.microphone is not None
    assert heard.microphone.came_back
    assert "comes back into the microphone" in loop.judge(heard)[0].seen


def test_a_machine_without_sound(subject: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent")
    facts = devices.gather(subject())
    if facts.listed:
        pytest.skip("this machine has sound")
    assert worst(judge(facts)) == "problem"
    assert level.judge(level.gather(subject()))[0].seen == "not measured: there is no microphone"


@pytest.mark.linux("only ALSA can be broken so")
def test_a_sound_library_that_crashes_costs_its_own_line(
    subject: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.conf").touch()
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "empty.conf"))
    check = Check("devices", "Sound devices", devices.gather, judge)
    found = examine([check], subject()).findings
    assert worst(found) in ("note", "problem"), "it crashes, or says that there is nothing"


def test_files_need_no_hardware_and_must_be_there(subject: Make, tmp_path: Path) -> None:
    facts = devices.gather(subject(audio={"input_device": "file:gone.wav", "output_device": "none"}))
    assert said(judge(facts)) == [
        f"problem: microphone: there is no file {tmp_path / 'gone.wav'}",
        "note: audio.output_device is none: there is no speaker",
    ]


def test_a_file_that_is_there_is_a_note(subject: Make, tmp_path: Path) -> None:
    WavWriter(tmp_path / "in.wav", 16000).write(np.zeros(16000, np.int16))
    found = judge(devices.gather(subject(audio={"input_device": "file:in.wav", "output_device": "none"})))
    assert worst(found) == "note"


# -- judged


def device(index: int, name: str, kind: str, *, chosen: bool = True) -> ListedDevice:
    return ListedDevice(index, name, kind, 2, 48000, chosen, chosen)


def at_server(name: str, kind: str, **more: object) -> ServerDevice:
    fields = {"description": "", "muted": False, "volume": 1.0, "default": True, "is_virtual": False} | more
    return ServerDevice(name=name, kind=kind, **fields)  # type: ignore[arg-type]


CABLE_IN = device(5, "CABLE Input (VB-Audio Virtual Cable)", "output")
CABLE_OUT = device(6, "CABLE Output (VB-Audio Virtual Cable)", "input", chosen=False)
GAME = device(7, "CABLE-B Output (VB-Audio Cable B)", "input")


def test_a_voice_in_a_cable_and_ears_at_another_are_well() -> None:
    found = judge(DeviceFacts(Audio(), Path(), (GAME, CABLE_OUT, CABLE_IN)))
    assert worst(found) == "ok"
    assert f"choose {CABLE_OUT.name} as the microphone in VRChat" in found[-1].seen


def test_ears_at_the_other_end_of_the_voice_s_own_cable_are_a_problem() -> None:
    ears = device(6, CABLE_OUT.name, "input")
    found = judge(DeviceFacts(Audio(), Path(), (ears, CABLE_IN)))
    assert "Gerald hears its own voice, and not the game" in found[-1].seen
    assert found[-1].severity == "problem"


def test_by_the_sound_server_s_defaults_the_same() -> None:
    """ALSA calls both `default`; the server knows what they are."""
    listed = (device(0, "default", "input"), device(1, "default", "output"))
    server = (
        at_server("null.monitor", "input", monitor_of="null"),
        at_server("null", "output", is_virtual=True),
    )
    found = judge(DeviceFacts(Audio(), Path(), listed, server))
    assert found[-1].severity == "problem"
    real = (at_server("mic", "input"), at_server("null", "output", is_virtual=True))
    assert worst(judge(DeviceFacts(Audio(), Path(), listed, real))) == "ok"


def test_a_voice_in_real_speakers_is_a_note_unless_the_game_is_elsewhere() -> None:
    listed = (device(0, "Microphone (Realtek)", "input"), device(1, "Speakers (Realtek)", "output"))
    assert "only through the air" in judge(DeviceFacts(Audio(), Path(), listed))[-1].seen
    assert worst(judge(DeviceFacts(Audio(), Path(), listed, game_is_here=False))) == "ok"


def test_the_two_names_of_a_cable_mixed_up_are_told_with_the_right_one() -> None:
    wrong = Audio(output_device="CABLE Output")
    listed = (device(7, GAME.name, "input"), CABLE_OUT, device(5, CABLE_IN.name, "output", chosen=False))
    found = judge(DeviceFacts(wrong, Path(), listed))
    assert f"the cable is the wrong way round; {CABLE_IN.name} is its other end" in found[1].seen


def test_without_portaudio_its_remedy_is_told() -> None:
    found = judge(DeviceFacts(Audio(), Path(), trouble="PortAudio is not installed", remedy="apt-get"))
    assert said(found) == [
        "problem: microphone: PortAudio is not installed",
        "problem: speaker: PortAudio is not installed",
    ]
    assert found[0].remedy == "apt-get"


def test_a_name_that_no_device_has_is_a_problem() -> None:
    missing = Audio(input_device="Blue Yeti", output_device=5)
    found = judge(DeviceFacts(missing, Path(), (CABLE_IN, CABLE_OUT)))
    assert said(found)[0] == "problem: no microphone is 'Blue Yeti'"
    assert "audio.input_device" in found[0].remedy


def test_no_devices_are_problems() -> None:
    assert said(judge(DeviceFacts(Audio(), Path()))) == [
        "problem: this machine has no microphone",
        "problem: this machine has no speaker",
    ]


@pytest.mark.parametrize(
    ("facts", "severity", "words"),
    [
        (LevelFacts(left_out="why"), "ok", "not measured: why"),
        (LevelFacts(trouble="taken", remedy="x"), "problem", "taken"),
        (LevelFacts(), "problem", "gives no sound"),
        (LevelFacts(samples=16000), "problem", "only zeros come"),
        (LevelFacts(samples=16000, is_virtual=True), "note", "only silence"),
        (LevelFacts(samples=16000, rms=-48.2, peak=-30.0), "ok", "-48.2 dB, peak -30.0 dB"),
        (LevelFacts(samples=16000, rms=-3.0, peak=0.0), "note", "too loud"),
    ],
)
def test_a_level(facts: LevelFacts, severity: str, words: str) -> None:
    (found,) = level.judge(facts)
    assert found.severity == severity
    assert words in found.seen


def test_nothing_is_played_or_captured_while_an_instance_runs(subject: Make) -> None:
    whole = subject(running=RUNNING, sound=True)
    assert "everybody in the game would hear it" in loop.judge(loop.gather(whole))[0].seen
    assert "the running instance has it" in level.judge(level.gather(whole))[0].seen
    assert "--sound" in loop.judge(loop.gather(subject()))[0].seen


CAME, LOST = Loopback(True, 0.08, -6.0, -26.0), Loopback(False, 0.0, 0.0, -90.0)


@pytest.mark.parametrize(
    ("facts", "severities"),
    [
        (LoopFacts(microphone=LOST, end="CABLE Output", at_end=CAME), ["ok", "ok"]),
        (LoopFacts(microphone=CAME, end="CABLE Output", at_end=LOST), ["note", "problem"]),
        (LoopFacts(microphone=LOST), ["ok"]),
        (LoopFacts(trouble="taken", remedy="x"), ["problem"]),
    ],
)
def test_where_the_tone_was_heard(facts: LoopFacts, severities: list[str]) -> None:
    assert [str(one.severity) for one in loop.judge(facts)] == severities


def test_the_tone_is_found_by_the_search_for_the_voice() -> None:
    from actors.audio.echo.loopback import found_again

    tone = loop.tone()
    noise = np.random.default_rng(1).normal(0.0, 60.0, loop.RATE * 4)
    noise[9000 : 9000 + tone.size] += tone * 0.25
    found = found_again(tone, 0.0, noise.astype(np.int16), 0.0)
    assert found.came_back
    assert found.delay == pytest.approx(9000 / loop.RATE, abs=0.002)
    assert not found_again(
        tone, 0.0, np.random.default_rng(2).normal(0.0, 600.0, loop.RATE * 4).astype(np.int16), 0.0
    ).came_back
