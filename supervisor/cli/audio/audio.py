"""`supervisor audio`: the sound devices of this machine, a test of the configured ones, and a level meter."""

import queue
import time
from typing import TYPE_CHECKING, Any

import click
import msgspec

from config.home import Home
from config.syntax.mask import printable
from supervisor.cli.options import fail, home_and_json, print_json
from supervisor.exit_status import FAILED

if TYPE_CHECKING:
    from actors.audio.devices.device import Sound
    from config.schema import Config

_SENTENCE = "This is a test of the voice. If you can hear it, the speaker works."
_BAR = 40  # characters of the meter, from -60 dB up to full scale
_SILENT = "Nothing is captured: check audio.input_device, and that the device is not muted."


@click.group()
def audio() -> None:
    """List and test sound devices; a level meter."""


@audio.command()
@home_and_json
def devices(home: Home, as_json: bool) -> None:
    """List the devices: which are the system's default (*), and which the configuration names (>)."""
    from actors.audio.devices.device import DeviceMissing
    from actors.audio.devices.portaudio import listed

    configured = _config(home).audio
    try:
        found = listed(configured.input_device, configured.output_device)
    except DeviceMissing as missing:
        fail(FAILED, f"{missing}. {missing.remedy}")
    if as_json:
        print_json([msgspec.to_builtins(one) for one in found])
        return
    for one in found:
        marks = (">" if one.chosen else " ") + ("*" if one.default else " ")
        click.echo(
            f"{marks} {one.index:>3} {one.kind:<6} {one.channels:>3} ch {one.rate:>6} Hz  {printable(one.name)}"
        )


@audio.command()
@click.option(
    "--seconds", type=click.FloatRange(0.1, 86400.0), help="How long to measure. Default: until Ctrl-C."
)
@home_and_json
def levels(home: Home, seconds: float | None, as_json: bool) -> None:
    """Show how loud the configured microphone is, ten times a second, until Ctrl-C."""
    from actors.audio.devices.choice import open_source
    from actors.audio.devices.device import DeviceMissing

    section = _config(home).audio
    captured: queue.SimpleQueue[tuple[Sound, float]] = queue.SimpleQueue()
    try:
        source = open_source(section.input_device, section.sample_rate, home.path)
        source.start(lambda sound, at: captured.put((sound, at)))
    except DeviceMissing as missing:
        fail(FAILED, f"{missing}. {missing.remedy}")
    end = time.monotonic() + seconds if seconds is not None else float("inf")
    try:
        while time.monotonic() < end:
            _show_level(captured, as_json)
    except KeyboardInterrupt:
        pass
    finally:
        source.close()
        if not as_json:
            click.echo()


def _show_level(captured: "queue.SimpleQueue[tuple[Sound, float]]", as_json: bool) -> None:
    """Wait a tenth of a second, and print what was captured in it."""
    import numpy as np

    from actors.audio.echo.alignment import level

    time.sleep(0.1)
    pieces = [captured.get()[0] for _ in range(captured.qsize())]
    sound = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int16)
    rms = _decibels(level(sound))
    peak = _decibels(float(np.abs(sound.astype(np.int32)).max()) / 32768.0 if sound.size else 0.0)
    if as_json:
        print_json({"at": round(time.time(), 3), "level": rms, "peak": peak, "samples": int(sound.size)})
    else:
        filled = round(_BAR * max(0.0, min(1.0, 1.0 + rms / 60.0)))
        click.echo(f"\r{'#' * filled:<{_BAR}} {rms:6.1f} dB, peak {peak:6.1f} dB ", nl=False)


@audio.command()
@home_and_json
def test(home: Home, as_json: bool) -> None:
    """Speak a sentence into the configured speaker, and say whether the configured microphone hears it."""
    from actors.audio.devices.choice import open_sink, open_source
    from actors.audio.devices.device import DeviceMissing
    from actors.audio.echo.loopback import measure

    config = _config(home)
    sound, rate = _spoken(config, home)
    section = config.audio
    try:
        source = open_source(section.input_device, section.sample_rate, home.path)
        try:
            sink = open_sink(section.output_device, home.path)
        except DeviceMissing:
            source.close()
            raise
        found = measure(sound, rate, sink, source)
    except DeviceMissing as missing:
        fail(FAILED, f"{missing}. {missing.remedy}")
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    click.echo(f"played on {_named(section.output_device)}, heard with {_named(section.input_device)}")
    click.echo(f"the microphone's level was {found.level:.1f} dB" if found.level > -100.0 else _SILENT)
    if found.came_back:
        where = f"{found.delay * 1000:.0f} ms late and at {found.gain:+.1f} dB"
        click.echo(f"the voice comes back, {where}: speech.echo auto or cancel takes it out")
    else:
        click.echo("the voice does not come back: Gerald can hear people while it speaks")


def _spoken(config: "Config", home: Home) -> "tuple[Sound, int]":
    """The sentence in the configured voice, as loud as configured."""
    import numpy as np

    from actors.speech.engines.choice import open_voice
    from actors.speech.engines.engine import EngineBroken

    try:
        voices, _ = open_voice(config.speech, config.audio, home.path)
    except EngineBroken as broken:
        fail(FAILED, f"cannot speak: {broken}. {broken.remedy}")
    said = np.concatenate([*voices.main.synthesize(_SENTENCE)]) * config.audio.volume
    return np.clip(said, -32768, 32767).astype(np.int16), voices.main.rate


def _config(home: Home) -> "Config":
    from supervisor.cli.config.load import configured

    return configured(home, None, (), strict=False)[0]


def _named(device: Any) -> str:
    return "the default device" if device is None else printable(str(device))


def _decibels(factor: float) -> float:
    from math import log10

    return round(20.0 * log10(max(factor, 1e-6)), 1)
