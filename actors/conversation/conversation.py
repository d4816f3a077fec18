"""The conversation's actor: takes what was said, asks the model, and passes the reply on, sentence by sentence.

One turn at a time: new input cancels the current turn at every stage; of its reply only what was heard is kept."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from actors.audio.messages import PlaybackEnded, PlaybackStarted, SentenceHeard, SentencePlayed, VoiceSilent
from actors.avatar.messages import Touched
from actors.conversation import turns
from actors.conversation.company.pace import Pace
from actors.conversation.company.waiting import Question
from actors.conversation.forget import without
from actors.conversation.hearing import attribution, removals, touches, turn_start
from actors.conversation.hearing.growth import Growth
from actors.conversation.hearing.speech_input import SpeechInput
from actors.conversation.internal import (
    FillerDue,
    GetLists,
    ListsRead,
    NextQuestion,
    StillUndecided,
    StillWithdrawn,
    TurnOverdue,
)
from actors.conversation.messages import (
    WORD_LISTS,
    CancelTurn,
    SpeakFirst,
    TextReceived,
    WatchTurns,
)
from actors.conversation.prompt.fitting import fitted
from actors.conversation.reply import judging, losses, reply_growth, turn_end
from actors.conversation.reply.delivery import ReplyDelivery
from actors.conversation.reply.floor import Floor
from actors.conversation.state import ConversationState, faults
from actors.conversation.wording.wording import Wording, avoiding
from actors.kernel.actor import AskFailed, Reply, handles
from actors.kernel.protocol.lifecycle import Undelivered
from actors.kernel.state.domain import DomainActor
from actors.kernel.state.erasures import newest
from actors.llm.messages import (
    LLM,
    CompletionEnded,
    CompletionFailed,
    DoesEmbeddedAnswer,
    EmbeddedAnswers,
    ModelRestarted,
    SentenceReady,
)
from actors.speech.messages import (
    RECOGNIZER,
    Drop,
    ForgetVoices,
    NothingUnderstood,
    SpeechStarted,
    SynthesisFailed,
    TranscriptGuessed,
    TranscriptReady,
    VoiceRestarted,
    WordsHeard,
)
from actors.users.messages import USERS, GetBlocked, PeopleBlocked, PersonForgotten
from actors.vocabulary.blocks import Blocks
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import tombstone
from config.schema import Attention, Behaviour, Bot, KeptOfUsers, Llm, Lore, Safety, Speech


@durable("conversation.Conversation", "actors.conversation.conversation:Conversation")
class Conversation(DomainActor[ConversationState]):
    """Owns the conversation's state and the turn that is under way.

    attention, behaviour, bot, lore, safety, speech: the sections of the configuration in force. wording: what the
    lists forbid. placeholder: the embedded model answers, by the configuration or while all servers rest.
    A trace from before they mattered has no section llm, safety, lore or behaviour."""

    domain = "conversation"
    schema = 2
    former_attributes: ClassVar[Mapping[str, str]] = {
        **DomainActor.former_attributes,
        "_watchers": "_reply.audience.watchers",
        "_ahead": "_reply.ahead",
        "_announced": "_reply.audience.announced",
        "_audience": "_reply.audience",
        "_bot": "bot",
        "_drafts": "_input.drafts",
        "_growth": "_input.growth",
        "_speech": "speech",
        "_unheard": "_input.unheard",
        "_voice": "_reply.voice",
        "_voiced": "_reply.voiced",
    }

    def __init__(
        self,
        bot: Bot,
        speech: Speech,
        conversation: Attention | None = None,
        llm: Llm | None = None,
        safety: Safety | None = None,
        lore: Lore | None = None,
        users: KeptOfUsers | None = None,
        behaviour: Behaviour | None = None,
    ) -> None:
        super().__init__(ConversationState(speaking_style=bot.speaking_style))
        self.attention = conversation or Attention()
        self.behaviour = behaviour or Behaviour()
        self.safety = safety or Safety()
        self.lore = lore or Lore()
        self.wording = Wording()
        self.blocks = Blocks()
        self.pace = Pace()
        self._persona = bot
        self._llm = llm
        self._stands_in = False
        self._fit()
        self.speech = speech
        self.keeps_voices = users is not None and users.voice_prints
        self._input = SpeechInput()
        self._reply = ReplyDelivery()

    @property
    def floor(self) -> Floor:
        """Who has the floor while the bot speaks."""
        return self._reply.voice.floor

    def on_stop(self) -> None:
        """What was heard by now is kept; the next run ends the turn."""
        self._reply.note_heard(self)
        super().on_stop()

    def validate(self, state: ConversationState, before: ConversationState) -> tuple[str, ...]:
        return faults(state)

    def forget(self, state: ConversationState, erased: Mapping[str, float]) -> ConversationState:
        return without(state, erased)

    def expired(self, state: ConversationState) -> ConversationState:
        """A conversation that was over long ago; but turn ids only ever increase, at every stage."""
        return ConversationState(
            speaking_style=self.state.speaking_style, turn=state.turn, active=state.active
        )

    def merged(self, stored: ConversationState, interim: ConversationState) -> ConversationState:
        return turns.continued(stored, interim)

    def restored(self) -> None:
        """A turn that the previous incarnation left open ends."""
        incarnation = self.context.incarnation
        turn = turns.turn_after_restart(self.state.turn, self.version.epoch, incarnation, self.wall())
        turn_end.end_after_restart(self, turn)
        if incarnation > 1:  # the first one is told by itself
            self.tell(USERS, GetBlocked())
            if self.safety.lists:
                self.tell(WORD_LISTS, GetLists())
            if self._llm is not None and self._llm.models:
                self.tell(LLM, DoesEmbeddedAnswer())
        self.become(turns.resumed(self.state, self.wall()))
        if self.state.waiting.questions:
            self.after(0.0, NextQuestion())

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self.safety = sections.get("safety", self.safety)
        self._persona = sections.get("bot", self._persona)
        self._llm = sections.get("llm", self._llm)
        self._fit()
        self.speech = sections.get("speech", self.speech)
        self.attention = sections.get("conversation", self.attention)
        self.lore = sections.get("lore", self.lore)
        self.behaviour = sections.get("behaviour", self.behaviour)
        if "users" in sections:
            self.keeps_voices = sections["users"].voice_prints
        self.become(msgspec.structs.replace(self.state, speaking_style=self._persona.speaking_style))
        return True

    def _fit(self) -> None:
        """The persona, as the model that answers now can take it."""
        llm = self._llm
        self.placeholder = llm is not None and (llm.is_placeholder or self._stands_in)
        self.sees = llm is not None and any("see" in server.roles for server in llm.models)
        self.bot = avoiding(fitted(self._persona, llm, embedded=self._stands_in), self.safety)

    @handles
    def on_embedded_answers(self, message: EmbeddedAnswers) -> None:
        """From the next turn on the rules answer what they can, or no longer do."""
        self._stands_in = message.instead
        self._fit()

    @handles
    def on_lists(self, message: ListsRead) -> None:
        self.wording = Wording(message.files, message.rules, message.complete)

    @handles
    def on_blocked(self, message: PeopleBlocked) -> None:
        """What those who are blocked have begun ends, and nothing of it is kept."""
        self.blocks = message.blocks
        removals.blocked(self, self._input, self._reply)

    # -- something is said

    @handles
    def on_text(self, message: TextReceived) -> None:
        said = Question(message.text, self.wall(), message.person, listener=message.listener, addressed=True)
        if self.state.active is not None and self._input.meanwhile(self, self._reply, said):
            return
        self._input.growth = Growth()
        self._input.begin(self, self._reply, said)

    @handles
    def on_next_question(self, message: NextQuestion) -> None:
        self._input.next(self, self._reply)

    @handles
    def on_transcript(self, message: TranscriptReady) -> None:
        self.become(attribution.resembling(self.state, message.voice, message.resembles))
        if not self._reply.voice.only_listens(self, message):
            self._input.transcript(self, self._reply, message)

    # -- the bot speaks first

    @handles
    def on_speak_first(self, message: SpeakFirst) -> None:
        self.reply(self._input.speak_first(self, self._reply, message))

    # -- somebody speaks while the bot does

    @handles
    def on_speech_started(self, message: SpeechStarted) -> None:
        """Somebody goes on with what was answered too early; or speaks over the bot."""
        if not self._input.goes_on(self, self._reply, message):
            self._reply.ahead.begin(self)
            self._reply.voice.speech(self, message)

    @handles
    def on_words(self, message: WordsHeard) -> None:
        self._reply.voice.words(self, message)

    @handles
    def on_undecided(self, message: StillUndecided) -> None:
        self._reply.voice.undecided(self, message.sign)

    @handles
    def on_nothing_understood(self, message: NothingUnderstood) -> None:
        self._reply.voice.over(self)
        self._input.nothing_understood(self, self._reply, message)

    @handles
    def on_still_withdrawn(self, message: StillWithdrawn) -> None:
        self._input.still_withdrawn(self, self._reply, message.turn)

    # -- somebody may have finished

    @handles
    def on_guess(self, message: TranscriptGuessed) -> None:
        self.become(attribution.resembling(self.state, message.voice, message.resembles))
        self._input.guess(self, message)

    def on_draft_present(self, answer: Reply | AskFailed) -> None:
        self._input.draft_present(self, answer)

    def on_draft_profile(self, answer: Reply | AskFailed) -> None:
        self._input.draft_profile(self, answer)

    @handles
    def on_drop(self, message: Drop) -> None:
        self._input.drafts.drop(self, message.guess)

    @handles
    def on_watch(self, message: WatchTurns) -> None:
        self._reply.audience.watch(message.address, message.on, closely=message.closely)

    @handles
    def on_cancel(self, message: CancelTurn) -> None:
        self.reply(self._input.cancel(self, self._reply, message.reason))

    # -- by whom

    def on_present(self, answer: Reply | AskFailed) -> None:
        turn_start.present(self, self._reply, answer)

    def on_overheard_present(self, answer: Reply | AskFailed) -> None:
        self._input.overheard(self, answer)

    def on_looked(self, answer: Reply | AskFailed) -> None:
        turn_start.looked(self, self._reply, answer)

    def on_profile(self, answer: Reply | AskFailed) -> None:
        turn_start.acquainted(self, self._reply, answer)

    @handles
    def on_forgotten(self, message: PersonForgotten) -> None:
        self._input.forget(self)
        self._reply.ahead.met(None)
        self.erased = newest(self.erased, {tombstone(one.user_id): message.at for one in message.people})
        removals.forgotten(self, self._input, self._reply, message)
        self.erase()
        if self.keeps_voices:
            self.tell(RECOGNIZER, ForgetVoices(message.people))

    # -- a touch

    @handles
    def on_touched(self, message: Touched) -> None:
        touches.felt(self, message.interaction)

    def on_touch_present(self, answer: Reply | AskFailed) -> None:
        touches.present(self, answer)

    # -- the reply grows

    @handles
    def on_sentence(self, message: SentenceReady) -> None:
        if message.guess:
            self._input.drafts.prepare(self, message)
        judging.take(self, self._reply, message, self._taken(message.turn))

    @handles
    def on_completed(self, message: CompletionEnded) -> None:
        judging.take(self, self._reply, message, self._taken(message.turn))

    @handles
    def on_failed(self, message: CompletionFailed) -> None:
        judging.take(self, self._reply, message, self._taken(message.turn))

    def on_judged(self, answer: Reply | AskFailed) -> None:
        judging.judged(self, self._reply, answer)

    def on_draft_judged(self, answer: Reply | AskFailed) -> None:
        self._input.drafts.judged(self, answer)

    @handles
    def on_model_restarted(self, _: ModelRestarted) -> None:
        self._stands_in = False  # it tries its servers anew
        self._fit()
        losses.model_restarted(self, self._reply, self._taken)

    @handles
    def on_filler(self, message: FillerDue) -> None:
        reply_growth.fill(self, self._reply, message.turn, self._taken(message.turn))

    def _taken(self, turn: int) -> int:
        """The guess that the turn has taken over, or 0."""
        return self._input.drafts.guess_of(turn)

    # -- the reply is heard

    @handles
    def on_playback_started(self, message: PlaybackStarted) -> None:
        self._input.growth = self._input.growth.heard(message.turn, message.at)
        self._reply.playback_started(self, message)

    @handles
    def on_played(self, message: SentencePlayed) -> None:
        if self.state.active_turn(message.turn) is not None:
            self._reply.played(self, message.sentence + 1)

    @handles
    def on_heard(self, message: SentenceHeard) -> None:
        self._reply.voice.told(message)

    @handles
    def on_voice_silent(self, message: VoiceSilent) -> None:
        self._reply.voice.told(message)

    @handles
    def on_playback_ended(self, message: PlaybackEnded) -> None:
        if self._reply.playback_ended(self, message):
            turn_end.end(self, self._reply)

    @handles
    def on_synthesis_failed(self, message: SynthesisFailed) -> None:
        losses.lose_voice(self, self._reply, message.turn)

    @handles
    def on_voice_restarted(self, _: VoiceRestarted) -> None:
        losses.voice_restarted(self, self._reply)

    @handles
    def on_undelivered(self, message: Undelivered) -> None:
        super().on_undelivered(message)
        if message.message_type != "StateChanged":
            turn = self.context.current.turn if self.context.current is not None else 0
            losses.undelivered(self, self._reply, message, turn, self._taken)

    # -- the turn ends

    @handles
    def on_overdue(self, message: TurnOverdue) -> None:
        """End a turn that lasts too long."""
        if self.state.active_turn(message.turn) is not None:
            self._void(f"not over after {turn_start.TURN_WITHIN:g} s")

    def _void(self, reason: str) -> None:
        turn_end.void(self, self._reply, reason)
