"""Checks of a configuration against this build and this machine: which actors and devices exist."""

from collections.abc import Iterator

from config.layers.probes import unknown_actors
from config.schema import Config
from config.validation.cross_checks import CrossCheckFinding, Probe


def known_actors() -> Probe:
    """Warn of settings for an actor that the tree does not have."""
    from supervisor.otp.spec import walk
    from supervisor.tree import tree

    return unknown_actors(tuple(child.address for child in walk(tree(Config()))))


def missing_devices() -> Probe:
    """Warn of a chosen microphone or speaker that is not connected."""

    def probe(config: Config) -> Iterator[CrossCheckFinding]:
        for kind in ("input", "output"):
            device = getattr(config.audio, f"{kind}_device")
            if device is None or device == "none" or str(device).startswith("file:"):
                continue
            # Loaded only where a device was chosen: the library takes long to load.
            from actors.audio.devices.device import DeviceMissing
            from actors.audio.devices.portaudio import look_for

            try:
                look_for(device, kind)
            except DeviceMissing as missing:
                what = f"is not there now: {missing}"
                yield CrossCheckFinding("warning", ("audio", f"{kind}_device"), what, missing.remedy)

    return probe
