"""How far the voice has come with a reply: of a sentence that is cut off, the words that were heard are known."""

import msgspec

from actors.audio.messages import Resume, SentenceHeard
from actors.conversation.reply.spoken_words import SECONDS_A_CHARACTER, said_of, take_up
from actors.conversation.state import ActiveTurn
from actors.vocabulary.type_names import durable

_AHEAD = 0.5  # seconds: the speaker reports four times a second; a report that is older was the last


@durable("conversation.VoiceProgress")
class VoiceProgress(msgspec.Struct, frozen=True):
    """The speaker's last report, as in SentenceHeard; turn 0 before the first one."""

    turn: int = 0
    sentence: int = 0
    seconds: float = 0.0
    length: float = 0.0
    whole: bool = False
    at: float = 0.0
    going: bool = False

    def told(self, report: SentenceHeard) -> "VoiceProgress":
        """Take in a report. What was heard once stays heard, also when a part of it is said again."""
        one = report
        again = (one.turn, one.sentence) == (self.turn, self.sentence)
        seconds = max(one.seconds, self.seconds) if again else one.seconds
        return VoiceProgress(one.turn, one.sentence, seconds, one.length, one.whole, one.at, one.going)

    def share(self, sentence: str, now: float) -> float:
        """The share of `sentence`'s sound, in [0, 1], that was heard by `now` (epoch seconds)."""
        since = min(max(now - self.at, -_AHEAD), _AHEAD) if self.going else 0.0
        return min(1.0, max(0.0, self.seconds + since) / self._length_of(sentence))

    def resume(self, active: ActiveTurn, now: float) -> Resume:
        """Go on with the first word that was not heard by `now`."""
        if self.turn != active.turn or self.sentence >= len(active.said):
            return Resume(active.turn, 0, 0.0)
        text = active.said[self.sentence]
        return Resume(self.turn, self.sentence, take_up(text, self.share(text, now)) * self._length_of(text))

    def heard(self, active: ActiveTurn, now: float) -> ActiveTurn:
        """The turn with what was heard of it by `now`."""
        sentence = self.sentence
        if self.turn != active.turn or not active.played <= sentence < len(active.said):
            return active
        share = self.share(active.said[sentence], now)
        return msgspec.structs.replace(active, played=sentence, part=said_of(active.said[sentence], share))

    def _length_of(self, sentence: str) -> float:
        expected = 0.0 if self.whole else len(sentence) * SECONDS_A_CHARACTER
        return max(self.length, expected, 0.001)
