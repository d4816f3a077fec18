"""The one place where a device is chosen by the configuration. Each adapter is imported only when it is chosen."""

from pathlib import Path

from actors.audio.devices.device import AudioSink, AudioSource
from config.files import located

_FILE = "file:"


def open_source(device: int | str | None, rate: int, home: Path) -> AudioSource:
    """Open the microphone `device`: an index, a name, none, file:PATH (relative to the home), or None for the default.

    rate: the wanted rate in Hz; the source says which it has. Raises DeviceMissing."""
    if device == "none":
        from actors.audio.devices.silence import NoMicrophone

        return NoMicrophone()
    if isinstance(device, str) and device.startswith(_FILE):
        from actors.audio.devices.wavefile import FileMicrophone

        return FileMicrophone(located(home, device.removeprefix(_FILE)))

    from actors.audio.devices.portaudio import PortAudioSource

    return PortAudioSource(device, rate)


def open_sink(device: int | str | None, home: Path) -> AudioSink:
    """The speaker `device`, named as in `open_source`. Raises DeviceMissing."""
    if device == "none":
        from actors.audio.devices.silence import no_speaker

        return no_speaker()
    if isinstance(device, str) and device.startswith(_FILE):
        from actors.audio.devices.wavefile import file_speaker

        return file_speaker(located(home, device.removeprefix(_FILE)))

    from actors.audio.devices.portaudio import PortAudioSink

    return PortAudioSink(device)
