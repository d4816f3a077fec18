"""The commands about sound, on virtual devices and on files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from actors.audio.devices.wavefile import WavWriter
from supervisor.cli.main import cli
from supervisor.demo.pulse import MICROPHONE, SPEAKER, PulseHarness, unavailable

needs_pulse = pytest.mark.skipif(bool(unavailable()), reason=unavailable())


def home(folder: Path, microphone: str, speaker: str) -> Path:
    (folder / "config").mkdir()
    text = f"audio: {{input_device: '{microphone}', output_device: '{speaker}'}}\nspeech: {{synthesizer: hibari}}\n"
    (folder / "config" / "config.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseHarness]:
    with PulseHarness() as harness:
        for name, value in harness.environment.items():
            monkeypatch.setenv(name, value)
        yield harness


def run(place: Path, *command: str) -> str:
    result = CliRunner().invoke(cli, ["--home", str(place), "audio", *command])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.sound
@pytest.mark.models
@needs_pulse
def test_the_devices_are_listed_and_the_voice_is_heard_only_where_it_comes_back(
    pulse: PulseHarness, tmp_path: Path
) -> None:
    place = home(tmp_path, MICROPHONE, SPEAKER)
    chosen = {
        (one["kind"], one["name"]) for one in json.loads(run(place, "devices", "--json")) if one["chosen"]
    }
    assert chosen == {("input", MICROPHONE), ("output", SPEAKER)}
    assert re.search(rf"^> +\d+ input .*{MICROPHONE}$", run(place, "devices"), re.M)

    found = json.loads(run(place, "test", "--json"))
    assert found["came_back"] is False

    loop = ["load-module", "module-loopback", f"source={SPEAKER}.monitor", "sink=mic_in", "latency_msec=60"]
    assert pulse._client("pactl", *loop, timeout=5.0).returncode == 0
    found = json.loads(run(place, "test", "--json"))
    assert found["came_back"] is True
    assert -0.1 < found["delay"] < 1.0
    assert -15.0 < found["gain"] < 3.0  # a busy machine loses samples of the loop, which count as silence


def test_levels_are_measured_and_a_missing_device_is_named(tmp_path: Path) -> None:
    place = home(tmp_path, "file:in.wav", "none")
    result = CliRunner().invoke(cli, ["--home", str(place), "audio", "levels", "--seconds", "0.3"])
    assert result.exit_code == 1
    assert "in.wav" in result.output
    writer = WavWriter(place / "in.wav", 16000)
    writer.write(np.full(160_000, 3277, dtype=np.int16))
    lines = run(place, "levels", "--seconds", "0.5", "--json").splitlines()
    measured = [json.loads(line) for line in lines]
    assert max(one["peak"] for one in measured) == pytest.approx(-20.0, abs=0.1)
