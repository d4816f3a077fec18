"""What a check of the configuration can ask this machine and this build: which devices and which actors there are."""

from collections.abc import Iterator

from config.layers.probes import unknown_actors
from config.schema import Config
from config.validation.cross_checks import CrossCheckFinding, Probe

__all__ = ["known_actors", "missing_devices"]


def known_actors() -> Probe:
    """Warns of settings for an actor that the tree does not have."""
    from supervisor.otp.spec import walk
    from supervisor.tree import tree

    return unknown_actors(tuple(child.address for child in walk(tree(Config()))))


def missing_devices() -> Probe:
    """Warns of a microphone or speaker that was chosen and is not there."""

    def probe(config: Config) -> Iterator[CrossCheckFinding]:
        chosen = (
            ("input_device", config.audio.input_device, "input"),
            ("output_device", config.audio.output_device, "output"),
        )
        for name, device, kind in chosen:
            if device is None or device == "none" or str(device).startswith("file:"):
                continue
            # Only who has chosen one pays for the library.
            from actors.audio.device import DeviceMissing
            from actors.audio.portaudio import look_for

            try:
                look_for(device, kind)
            except DeviceMissing as missing:
                yield CrossCheckFinding(
                    "warning", ("audio", name), f"is not there now: {missing}", missing.remedy
                )

    return probe
