"""What in the captured sound may be the bot's own voice, and what is certainly a person. Pure."""

import msgspec
import numpy as np

from actors.audio.messages import AudioChunk
from actors.speech.engines.vad import CHUNK_SECONDS

_LOUDER = 2.0  # times the expected echo (6 dB): a person speaks over it
_AUDIBLE = 0.003  # RMS, in [0, 1], below which nobody speaks
_MOSTLY = 0.5  # share of an utterance over the bot's voice from which its words may be the bot's
_KEPT = 2048  # chunks: 65 s


def person_only(chunk: AudioChunk, closed: bool) -> AudioChunk:
    """The chunk if none of the bot's voice needs to be feared in it, else one of silence in its place.

    closed: the bot is heard at that time. What is much louder than its echo can be is a person over it."""
    if not closed or chunk.clear or _level(chunk.pcm) > max(_AUDIBLE, _LOUDER * chunk.echo):
        return chunk
    return msgspec.structs.replace(chunk, pcm=bytes(len(chunk.pcm)))


class OverVoice(msgspec.Struct, frozen=True):
    """When sound was captured while the bot was heard: the ends of chunks, in epoch seconds, oldest first."""

    ends: tuple[float, ...] = ()

    def heard(self, chunk: AudioChunk, closed: bool) -> "OverVoice":
        """After one more chunk, which counts if the bot's voice was, or may have been, in the air."""
        if chunk.again or not (chunk.voice > 0.0 if chunk.clear else closed):
            return self
        return OverVoice((*self.ends, chunk.captured_at)[-_KEPT:])

    def seconds(self, begin: float, end: float) -> float:
        """How much of what was captured from `begin` to `end` (epoch seconds) is over the bot's voice."""
        return sum(CHUNK_SECONDS for at in self.ends if begin < at <= end)

    def mostly(self, begin: float, end: float) -> bool:
        """Whether so much of it is that its words may be the bot's."""
        return self.seconds(begin, end) > _MOSTLY * max(0.0, end - begin)


def _level(pcm: bytes) -> float:
    sound = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
    return float(np.sqrt(np.mean(sound * sound))) if sound.size else 0.0
