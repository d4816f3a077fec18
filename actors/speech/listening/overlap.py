"""When to listen to what somebody says over the bot's voice before they have finished. Pure."""

import msgspec

from actors.speech.engines.vad import CHUNK_SECONDS
from actors.speech.listening.endpointing import Endpointer

_FIRST = 0.3  # seconds of speech that hold a word
_NEXT = 0.25
_MANY, _SELDOM = 1.3, 0.9  # after so much speech the decision has mostly been made


class Overlap(msgspec.Struct, frozen=True):
    """replying: a reply of the bot is under way. speech: seconds of speech at the last pass, of the utterance that
    began with chunk `first`. waiting: that pass is not over."""

    replying: bool = False
    first: int = -1
    speech: float = 0.0
    waiting: bool = False

    def reply(self, under_way: bool) -> "Overlap":
        """A reply has begun, or is over."""
        return Overlap(under_way, waiting=self.waiting)

    def is_due(self, endpoint: Endpointer) -> bool:
        """Whether the words so far of the utterance under way should be looked at."""
        if not self.replying or self.waiting or not endpoint.announced or endpoint.quiet:
            return False
        speech, before = endpoint.speech * CHUNK_SECONDS, self._before(endpoint)
        if not before:
            return speech >= _FIRST
        return speech - before >= (_NEXT if speech < _MANY else _SELDOM)

    def passed(self, endpoint: Endpointer) -> "Overlap":
        """A pass begins."""
        return Overlap(self.replying, endpoint.first, endpoint.speech * CHUNK_SECONDS, waiting=True)

    def over(self) -> "Overlap":
        """That pass is over."""
        return msgspec.structs.replace(self, waiting=False)

    def _before(self, endpoint: Endpointer) -> float:
        return self.speech if endpoint.first == self.first else 0.0
