"""What muting is: keys that hold until the instance ends."""

from collections.abc import Mapping

EARS, VOICE = "audio.mute_ears", "audio.mute_voice"
MUTES: Mapping[str, tuple[str, ...]] = {"ears": (EARS,), "voice": (VOICE,), "all": (EARS, VOICE)}
