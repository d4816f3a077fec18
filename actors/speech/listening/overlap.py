"""When to listen to what somebody says before they have finished: over the bot's voice, whether they interrupt; else
only while somebody watches the words. Pure."""

import msgspec

from actors.speech.engines.vad import CHUNK_SECONDS
from actors.speech.listening.endpointing import Endpointer

_FIRST = 0.3  # seconds of speech that hold a word
_NEXT = 0.25
_MANY, _SELDOM = 1.3, 0.9  # after so much speech the decision has mostly been made
_WATCHED = 1.0  # seconds of speech between two looks that nothing depends on


class Overlap(msgspec.Struct, frozen=True):
    """replying: a reply of the bot is under way. watched: somebody watches the words.

    speech: seconds of speech at the last pass, of the utterance that began with chunk `first`. waiting: that pass is
    not over. decides: whether that pass was over a reply."""

    replying: bool = False
    watched: bool = False
    first: int = -1
    speech: float = 0.0
    waiting: bool = False
    decides: bool = False

    def reply(self, under_way: bool) -> "Overlap":
        """A reply has begun, or is over."""
        return Overlap(under_way, self.watched, waiting=self.waiting, decides=self.decides)

    def watch(self, watched: bool) -> "Overlap":
        """Somebody watches the words now, or nobody."""
        return msgspec.structs.replace(self, watched=watched)

    def is_due(self, endpoint: Endpointer) -> bool:
        """Whether the words so far of the utterance under way should be looked at."""
        listened_to = self.replying or self.watched
        if not listened_to or self.waiting or not endpoint.announced or endpoint.quiet:
            return False
        speech, before = endpoint.speech * CHUNK_SECONDS, self._before(endpoint)
        if not self.replying:
            return speech - before >= _WATCHED
        if not before:
            return speech >= _FIRST
        return speech - before >= (_NEXT if speech < _MANY else _SELDOM)

    def passed(self, endpoint: Endpointer) -> "Overlap":
        """A pass begins."""
        return Overlap(
            self.replying,
            self.watched,
            endpoint.first,
            endpoint.speech * CHUNK_SECONDS,
            waiting=True,
            decides=self.replying,
        )

    def over(self) -> "Overlap":
        """That pass is over."""
        return msgspec.structs.replace(self, waiting=False)

    def _before(self, endpoint: Endpointer) -> float:
        return self.speech if endpoint.first == self.first else 0.0
