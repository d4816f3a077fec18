"""The voice of the reply under way, as the conversation sees it: how far it came, and who has the floor."""

from actors.audio.messages import (
    SPEAKER,
    PlaybackEnded,
    PlaybackStarted,
    SentenceHeard,
    VoiceSilent,
)
from actors.conversation.internal import StillUndecided
from actors.conversation.owner import Owner
from actors.conversation.reply.floor import Floor, Step
from actors.conversation.reply.interruption import Verdict, judge
from actors.conversation.reply.voice_progress import VoiceProgress
from actors.conversation.state import ActiveTurn
from actors.speech.messages import SpeechStarted, TranscriptReady, WordsHeard
from actors.vocabulary.type_names import durable

_QUESTION = ("?", "？", "؟", "?\"", "?”")  # fmt: skip


REACTION = 0.5  # seconds that people need to hear the voice and to begin to speak over it
SPEAKS_FOR = 30.0  # seconds after which somebody who began to speak has ended, also if nobody told


@durable("conversation.ReplyVoice")
class ReplyVoice:
    """Belongs to one actor, for which it speaks to the speaker. Times are epoch seconds."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.progress = VoiceProgress()
        self.somebody_speaks = False
        self.heard_at = 0.0

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

    def has_heard(self, within: float, now: float) -> bool:
        """Whether somebody speaks, or did within so many seconds before `now`, to whomever."""
        longest = SPEAKS_FOR if self.somebody_speaks else 0.0
        return 0.0 <= now - self.heard_at < max(within, longest)

    @property
    def interrupted(self) -> bool:
        """Whether somebody has made the voice stop."""
        return self.floor.voice == "paused"

    def began_with(self, at: float) -> bool:
        """Whether speech that began at `at` began as the voice did, so that it was not meant to interrupt it."""
        return bool(self.floor.turn) and 0.0 <= at - self.floor.since < REACTION

    # -- what people say over it

    def speech(self, owner: Owner, message: SpeechStarted) -> None:
        """Somebody began to speak."""
        self.somebody_speaks, self.heard_at = True, owner.wall()
        certain = message.clear or self.floor.silent
        if certain and self._is_over(owner.state.active, message.at):
            self._take(owner, self.floor.speech(owner.speech.interruption.level))

    def words(self, owner: Owner, message: WordsHeard) -> None:
        """What they said so far is judged."""
        active, rules = owner.state.active, owner.speech.interruption
        verdict = judge(message.text, message.seconds, words=rules.words, after=rules.speech)
        if active is not None and self._is_over(active, message.started_at):
            resume = self.progress.resume(active, owner.wall())
            self._take(owner, self.floor.words(verdict, rules.level, resume))

    def go_on(self, owner: Owner) -> None:
        """It was no interruption: full voice, from the word where it stopped."""
        active = owner.state.active
        if active is not None and active.turn == self.floor.turn:
            self._take(owner, self.floor.go_on(self.progress.resume(active, owner.wall())))

    def undecided(self, owner: Owner, sign: int) -> None:
        """Nothing was heard since sign `sign`, so nobody speaks any more."""
        if sign == self.floor.signs:
            self.go_on(owner)

    def over(self, owner: Owner) -> None:
        """Somebody finished, and said no word."""
        self.somebody_speaks, self.heard_at = False, owner.wall()
        self.go_on(owner)

    def only_listens(self, owner: Owner, said: TranscriptReady) -> bool:
        """Somebody finished. Whether it was a listener's "mhm" over a reply, which asks for no answer and goes on."""
        self.somebody_speaks, self.heard_at = False, owner.wall()
        active = owner.state.active
        if active is None or not self._is_over(active, said.speech_started_at):
            return False
        verdict = judge(said.text, 0.0)
        listens = verdict is Verdict.LISTENING and not self._asks(active)
        if listens or verdict is Verdict.NOTHING:
            self.go_on(owner)
            return True
        return False

    def _asks(self, active: ActiveTurn) -> bool:
        """Whether the last sentence is being said, and is a question: "yes" is an answer then."""
        last = self.progress.turn == active.turn and self.progress.sentence >= len(active.said) - 1
        return active.complete and last and active.said[-1].rstrip().endswith(_QUESTION)

    def _is_over(self, active: ActiveTurn | None, begun: float) -> bool:
        return active is not None and active.turn == self.floor.turn and self.floor.is_over(begun)

    def _take(self, owner: Owner, step: Step) -> None:
        self.floor, order = step
        if order is None:
            return
        owner.tell(SPEAKER, order)
        if self.floor.voice != "full":
            owner.after(
                owner.speech.interruption.undecided, StillUndecided(self.floor.turn, self.floor.signs)
            )
