"""Whether the bot hears, and is heard, by its owner's wish. Pure."""

from collections.abc import Mapping

from config.schema import Audio


def ears_muted(audio: Audio, parameters: Mapping[str, bool]) -> str:
    """Why the bot hears nobody; "" if it hears. parameters: those of the avatar, by name, that are known."""
    if audio.mute_ears:
        return "muted (audio.mute_ears)"
    if audio.mute_parameter is not None and parameters.get(audio.mute_parameter, False):
        return f"muted by the avatar's parameter {audio.mute_parameter}"
    if audio.push_to_talk is not None and not parameters.get(audio.push_to_talk, False):
        return f"hears while the avatar's parameter {audio.push_to_talk} is on (audio.push_to_talk)"
    return ""


def voice_muted(audio: Audio) -> str:
    """Why the bot is not heard; "" if it is."""
    return "muted (audio.mute_voice)" if audio.mute_voice else ""


def watched(audio: Audio) -> tuple[str, ...]:
    """The avatar parameters that decide it."""
    return tuple(name for name in (audio.push_to_talk, audio.mute_parameter) if name is not None)
