"""The voice of the reply under way, as the conversation sees it: how far it came, and who has the floor."""

from actors.audio.messages import (
    SPEAKER,
    PlaybackEnded,
    PlaybackStarted,
    SentenceHeard,
    VoiceSilent,
)
from actors.conversation.floor import Floor, Step
from actors.conversation.internal import StillUndecided
from actors.conversation.interruption import Verdict, judge
from actors.conversation.state import ActiveTurn
from actors.conversation.voice_progress import VoiceProgress
from actors.kernel.actor import Actor
from actors.speech.messages import SpeechStarted
from actors.vocabulary.type_names import durable
from config.schema import Interruption

_QUESTION = ("?", "？", "؟", "?\"", "?”")  # fmt: skip


@durable("conversation.ReplyVoice")
class ReplyVoice:
    """Belongs to one actor, for which it speaks to the speaker. Times are epoch seconds."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.progress = VoiceProgress()
        self.somebody_speaks = False

    # -- what the speaker tells

    def told(self, message: PlaybackStarted | VoiceSilent | PlaybackEnded | SentenceHeard) -> None:
        """Take in what the speaker tells."""
        if isinstance(message, SentenceHeard):
            self.progress = self.progress.told(message)
        elif isinstance(message, PlaybackStarted):
            self.floor = self.floor.began(message.turn, message.at)
        elif isinstance(message, VoiceSilent):
            self.floor = self.floor.fell_silent(message.turn)
        elif message.turn in (0, self.floor.turn):
            self.floor = self.floor.ended()

    # -- what people say over it

    def speech(
        self, actor: Actor, active: ActiveTurn | None, message: SpeechStarted, rules: Interruption
    ) -> None:
        """Somebody began to speak."""
        self.somebody_speaks = True
        certain = message.clear or self.floor.silent
        if certain and self._is_over(active, message.at):
            self._take(actor, self.floor.speech(rules.level), rules)

    def words(
        self, actor: Actor, active: ActiveTurn | None, begun: float, verdict: Verdict, rules: Interruption
    ) -> None:
        """What they said so far is judged; they began to speak at `begun`."""
        if active is not None and self._is_over(active, begun):
            resume = self.progress.resume(active, actor.wall())
            self._take(actor, self.floor.words(verdict, rules.level, resume), rules)

    def go_on(self, actor: Actor, active: ActiveTurn | None, rules: Interruption) -> None:
        """It was no interruption: full voice, from the word where it stopped."""
        if active is not None and active.turn == self.floor.turn:
            self._take(actor, self.floor.go_on(self.progress.resume(active, actor.wall())), rules)

    def undecided(self, actor: Actor, active: ActiveTurn | None, sign: int, rules: Interruption) -> None:
        """Nothing was heard since sign `sign`, so nobody speaks any more."""
        if sign == self.floor.signs:
            self.go_on(actor, active, rules)

    def only_listens(self, active: ActiveTurn | None, text: str, begun: float) -> bool:
        """Whether what was said is a listener's "mhm" over a reply that goes on, and asks for no answer."""
        if active is None or not self._is_over(active, begun):
            return False
        verdict = judge(text, 0.0)
        return verdict is Verdict.NOTHING or (verdict is Verdict.LISTENING and not self._asks(active))

    def _asks(self, active: ActiveTurn) -> bool:
        """Whether the last sentence is being said, and is a question: "yes" is an answer then."""
        last = self.progress.turn == active.turn and self.progress.sentence >= len(active.said) - 1
        return active.complete and last and active.said[-1].rstrip().endswith(_QUESTION)

    def _is_over(self, active: ActiveTurn | None, begun: float) -> bool:
        return active is not None and active.turn == self.floor.turn and self.floor.is_over(begun)

    def _take(self, actor: Actor, step: Step, rules: Interruption) -> None:
        self.floor, order = step
        if order is None:
            return
        actor.tell(SPEAKER, order)
        if self.floor.voice != "full":
            actor.after(rules.undecided, StillUndecided(self.floor.turn, self.floor.signs))
