"""The conversation's actor: takes what was said, asks the model, and passes the reply on, sentence by sentence.

One turn at a time: new input cancels the current turn at every stage; of its reply only what was heard is kept."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from actors.audio.messages import (
    SPEAKER,
    PlaybackDone,
    PlaybackEnded,
    PlaybackStarted,
    SentenceHeard,
    SentencePlayed,
    VoiceSilent,
)
from actors.avatar.messages import AVATAR, GestureRequested, Touched
from actors.conversation import attribution, turns
from actors.conversation.apologies import apology_for
from actors.conversation.audience import Audience
from actors.conversation.drafts import Draft, Drafts
from actors.conversation.floor import Floor
from actors.conversation.forget import dropped, without
from actors.conversation.growth import Growth
from actors.conversation.internal import FillerDue, StillUndecided, StillWithdrawn
from actors.conversation.interruption import judge
from actors.conversation.messages import (
    CancelTurn,
    ReplyEnded,
    ReplySentence,
    TextReceived,
    TurnStarted,
    WatchTurns,
)
from actors.conversation.phrases import THINKING, is_long, shall_i_go_on
from actors.conversation.prompt import build, people_named
from actors.conversation.reading_ahead import ReadingAhead
from actors.conversation.reply_voice import ReplyVoice
from actors.conversation.state import ActiveTurn, ConversationState, faults
from actors.conversation.unheard import Unheard
from actors.conversation.utterance import LONGEST
from actors.kernel.actor import AskFailed, Reply, handles
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Undelivered
from actors.kernel.state.domain import DomainActor
from actors.llm.messages import LLM, CompletionEnded, CompletionFailed, CompletionRequested, SentenceReady
from actors.osc.messages import OSC_SENDER, ChatboxText, Typing
from actors.speech.messages import (
    RECOGNIZER,
    SYNTHESIZER,
    Cancel,
    Drop,
    NothingUnderstood,
    SpeakRequested,
    SpeechStarted,
    Spoken,
    SynthesisFailed,
    TranscriptGuessed,
    TranscriptReady,
    WordsHeard,
)
from actors.system.messages import SYSTEM, StageReached
from actors.users.messages import USERS, GetProfile, InteractionHappened, PersonForgotten, Profile
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Interaction, Person
from actors.world.messages import WORLD, WhoIsHere
from config.schema import Bot, Speech

STAGES_TO_CANCEL = (LLM, SYNTHESIZER, SPEAKER, OSC_SENDER)
TURN_WITHIN = 90.0
FILLER_AFTER = 0.7
THINKING_GESTURE = "point"  # of those that every avatar has, the one that looks most like thinking
GOES_ON_WITHIN = 30.0  # seconds after which a withdrawn turn begins again without a further word
ANSWER_WITHIN = 1.0  # seconds for which the world and the users are waited for; the turn goes on without them


class TurnOverdue(Message):
    """The conversation's own reminder: this turn should be over by now."""

    turn: int


@durable("conversation.Conversation", "actors.conversation.conversation:Conversation")
class Conversation(DomainActor[ConversationState]):
    """Owns the conversation's state and the turn that is under way."""

    domain = "conversation"
    schema = 2
    former_attributes: ClassVar[Mapping[str, str]] = {
        **DomainActor.former_attributes,
        "_watchers": "_audience.watchers",
        "_announced": "_audience.announced",
    }

    def __init__(self, bot: Bot, speech: Speech) -> None:
        super().__init__(ConversationState(speaking_style=bot.speaking_style))
        self._bot = bot
        self._speech = speech
        self._audience = Audience()
        self._voiced = True
        self._voice = ReplyVoice()
        self._drafts = Drafts()
        self._ahead = ReadingAhead()
        self._growth = Growth()
        self._unheard = Unheard()

    @property
    def floor(self) -> Floor:
        """Who has the floor while the bot speaks."""
        return self._voice.floor

    def on_stop(self) -> None:
        """What was heard by now is kept; the next run ends the turn."""
        self._note_heard()
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
        """A turn that the previous incarnation left open ends, at every stage."""
        active = self.state.active
        if active is not None:
            self._cancel_stages(active.turn, "the conversation was restarted")
            self.tell(OSC_SENDER, Typing(False))
            if active.listener:
                self.tell(
                    active.listener,
                    ReplyEnded(active.turn, "failed", active.heard, "interrupted by a restart"),
                )
        self.become(
            msgspec.structs.replace(
                turns.end(self.state, self._bot.name, self.wall()),
                speaking_style=self._bot.speaking_style,
                turn=self._last_turn(),
            )
        )

    def _last_turn(self) -> int:
        """A turn id that no stage can hold for cancelled."""
        if not self.version.epoch:
            return turns.turn_above(self.state.turn, self.wall())
        # The previous incarnation may have counted turns that it did not save before it died.
        return self.state.turn + (turns.GAP if self.context.incarnation > 1 else 0)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._bot = sections.get("bot", self._bot)
        self._speech = sections.get("speech", self._speech)
        self.become(msgspec.structs.replace(self.state, speaking_style=self._bot.speaking_style))
        return True

    # -- something is said

    @handles
    def on_text(self, message: TextReceived) -> None:
        self._growth = Growth()
        self._begin(message.text, message.person, message.listener)

    @handles
    def on_transcript(self, message: TranscriptReady) -> None:
        self._voice.somebody_speaks = False
        active = self.state.active
        if self._voice.only_listens(active, message.text, message.speech_started_at):
            self._voice.go_on(self, active, self._speech.interruption)
            return
        if not message.faint and self._growth.goes_on(active, message.speech_started_at):
            self._withdraw()
        text = self._growth.whole(message.text)
        draft = None if self.state.active else self._drafts.take(message.guess, text)
        turn = self._begin(text, UNKNOWN, "", draft)
        if turn:
            self._growth = self._growth.decided(turn, message.speech_ended_at)
            recognized_at = self.wall()
            self._stage(turn, "speech_ended", message.speech_ended_at)
            self._stage(turn, "end_of_speech", message.speech_ended_at + message.silence, message.silence)
            self._stage(turn, "recognition", recognized_at, message.recognition)

    # -- somebody speaks while the bot does

    @handles
    def on_speech_started(self, message: SpeechStarted) -> None:
        """Somebody goes on with what was answered too early; or speaks over the bot."""
        if not message.faint and self._growth.goes_on_unheard(self.state.active, message.at):
            self._withdraw()
        else:
            self._read_ahead()
            self._voice.speech(self, self.state.active, message, self._speech.interruption)

    @handles
    def on_words(self, message: WordsHeard) -> None:
        rules = self._speech.interruption
        verdict = judge(message.text, message.seconds, words=rules.words, after=rules.speech)
        self._voice.words(self, self.state.active, message.started_at, verdict, rules)

    @handles
    def on_undecided(self, message: StillUndecided) -> None:
        self._voice.undecided(self, self.state.active, message.sign, self._speech.interruption)

    def _withdraw(self) -> None:
        active = self.state.active
        assert active is not None
        self._growth = self._growth.withdraw(active)
        self._close(active, "they go on")
        self.tell(OSC_SENDER, Typing(False))
        self.become(turns.withdraw(self.state, self._bot.name, self.wall()))
        self._announce(active.listener, ReplyEnded(active.turn, "cancelled", "", "they go on"))
        self.after(GOES_ON_WITHIN, StillWithdrawn(active.turn))

    @handles
    def on_nothing_understood(self, message: NothingUnderstood) -> None:
        """It was no word: a turn that was withdrawn for it begins again. Whoever said much hears of it."""
        self._voice.somebody_speaks = False
        self._voice.go_on(self, self.state.active, self._speech.interruption)
        self._begin_again()
        self._unheard, excuses = self._unheard.told(message, self.state, self.wall())
        if excuses:
            self._excuse()

    @handles
    def on_still_withdrawn(self, message: StillWithdrawn) -> None:
        if message.turn == self._growth.turn:
            self._begin_again()

    def _begin_again(self) -> None:
        growth = self._growth
        if growth.withdrawn and self.state.active is None:
            self._growth = growth.decided(self._begin(growth.withdrawn, UNKNOWN, ""), growth.ended_at)

    def _excuse(self) -> None:
        self.become(turns.excuse(self.state, self.wall(), self._voiced))
        self.after(TURN_WITHIN, TurnOverdue(self.state.turn))
        self._announce_begin(self.state.turn)
        self._say(self.state.turn, apology_for("unheard", language=self._speech.language), aside=True)
        self._complete()

    # -- somebody may have finished

    @handles
    def on_guess(self, message: TranscriptGuessed) -> None:
        """Think ahead, if nothing else is under way."""
        text = self._growth.whole(message.text)[:LONGEST]
        if self.state.active is None and self._drafts.begin(self, message, text):
            self.ask(WORLD, WhoIsHere(), "on_draft_present", message.guess, ANSWER_WITHIN)

    def on_draft_present(self, answer: Reply | AskFailed) -> None:
        """Who would be speaking?"""
        person = self._drafts.met(answer, self.state, self._growth, self.wall())
        if person is None:
            return
        if person.is_known:
            self.ask(USERS, GetProfile(person), "on_draft_profile", answer.context, ANSWER_WITHIN)
        else:
            self._drafts.ask(self, self._bot, self.state, self._growth, self.wall(), self._speech.language)

    def on_draft_profile(self, answer: Reply | AskFailed) -> None:
        """What is known of them?"""
        if self._drafts.known(answer):
            self._drafts.ask(self, self._bot, self.state, self._growth, self.wall(), self._speech.language)

    @handles
    def on_drop(self, message: Drop) -> None:
        self._drafts.drop(self, message.guess)

    @handles
    def on_watch(self, message: WatchTurns) -> None:
        self._audience.watch(message.address, message.on)

    @handles
    def on_cancel(self, message: CancelTurn) -> None:
        self._growth = Growth()
        self._drafts.end(self)
        self.void(message.reason)

    def _begin(self, text: str, person: Person, listener: str, draft: Draft | None = None) -> int:
        # A terminal or a script may pass on half a character; nothing behind here could write it down.
        text = text.encode("utf-8", "replace").decode().strip()[:LONGEST]
        if not text:
            if listener:
                self.tell(listener, ReplyEnded(0, "ignored", "", "nothing was said"))
            return 0
        self._drafts.end(self)
        self.void("something new was said")
        before = self._growth.before(self.state)
        self.become(turns.begin(before, text, person, listener, self.wall(), self._voiced))
        turn = self.state.turn
        self.after(TURN_WITHIN, TurnOverdue(turn))
        if self._speech.filler != "off":
            self.after(FILLER_AFTER, FillerDue(turn))
        self.tell(OSC_SENDER, Typing(True))
        if draft is not None:
            self._adopt(turn, draft)
        else:
            self.ask(WORLD, WhoIsHere(), then="on_present", context=turn, within=ANSWER_WITHIN)
        return turn

    def _adopt(self, turn: int, draft: Draft) -> None:
        """What was foreseen is the turn: go on where the draft is."""
        self._drafts.became(turn, draft.guess)
        self.become(draft.attributed(self.state))
        self._ahead.met(draft.profile)
        self._announce_begin(turn)
        self.tell(LLM, draft.request(turn), notify=True)

    # -- by whom

    def on_present(self, answer: Reply | AskFailed) -> None:
        """The world answered (or not): where this is, and who speaks."""
        turn: int = answer.context
        if self._active(turn) is None:
            return
        self.become(attribution.attributed(self.state, attribution.present(answer)))
        active = self._announce_begin(turn)
        if active.person.is_known:
            self.ask(USERS, GetProfile(active.person), "on_profile", turn, ANSWER_WITHIN)
        else:
            self._think(turn, None)

    def on_profile(self, answer: Reply | AskFailed) -> None:
        """What is known of the speaker; without an answer they are a stranger."""
        if self._active(answer.context) is None:
            return
        profile = attribution.profile(answer)
        if profile is not None:
            self.become(attribution.acquainted(self.state, profile))
        self._think(answer.context, profile)

    def _read_ahead(self) -> None:
        """While nobody waits: what is said next is answered sooner."""
        if self.state.active is None:
            self._ahead.begin(self, self._bot, self.state, self.wall(), self._speech.language)

    def _announce_begin(self, turn: int) -> ActiveTurn:
        active = self._active(turn)
        assert active is not None
        self._audience.announced = turn
        self._announce(active.listener, TurnStarted(turn, active.text, active.person))
        return active

    def _think(self, turn: int, profile: Profile | None) -> None:
        self._ahead.met(profile)
        messages = build(self._bot, self.state, profile, self.wall(), self._speech.language)
        self.tell(LLM, CompletionRequested(turn, messages, people=people_named(self.state)), notify=True)

    @handles
    def on_forgotten(self, message: PersonForgotten) -> None:
        """A turn of theirs ends unattributed, so that it creates no new record of them."""
        self._drafts.end(self)
        self._ahead.met(None)
        self._growth = Growth()
        after = dropped(self.state, message.people, message.at)
        unattributed = attribution.unattributed(self.state, message.people)
        if unattributed is not self.state:
            self.become(unattributed)
            self.void("the speaker is to be forgotten")
            after = dropped(self.state, message.people, self.wall())
        self.become(after)
        self.erase()

    # -- a touch

    @handles
    def on_touched(self, message: Touched) -> None:
        """Note the touch for the next turn, and in the history of the person who must have touched."""
        after = turns.touched(self.state, message.interaction)
        if after is not self.state:
            self.become(after)
            self.ask(WORLD, WhoIsHere(), "on_touch_present", message.interaction, ANSWER_WITHIN)

    def on_touch_present(self, answer: Reply | AskFailed) -> None:
        """Who touched? The only one who is here."""
        person = attribution.only(attribution.present(answer))
        if person.is_known:
            touch = msgspec.structs.replace(answer.context, person=person.name)
            self.become(attribution.touch_attributed(self.state, answer.context, touch))
            self.tell(USERS, InteractionHappened(person, touch))

    # -- the reply grows

    @handles
    def on_sentence(self, message: SentenceReady) -> None:
        if message.guess:
            self._drafts.prepare(self, message)
        active = self._growing(message.turn)
        if active is None:
            return
        if not is_long(active, self._speech.longest_reply):
            self._say(message.turn, message.text)
            return
        self.tell(LLM, Cancel(message.turn, "long enough"))
        self._say(message.turn, shall_i_go_on(self._speech.language))
        self._complete()

    @handles
    def on_completed(self, message: CompletionEnded) -> None:
        if self._growing(message.turn) is not None:
            self._complete()

    @handles
    def on_failed(self, message: CompletionFailed) -> None:
        active = self._growing(message.turn)
        if active is None:
            return
        self._change(failed=message.owner or message.kind)
        begun = len(active.said) > len(active.asides)
        apology = apology_for(message.kind, begun=begun, language=self._speech.language)
        self._say(message.turn, apology, aside=True)
        self._complete()

    @handles
    def on_filler(self, message: FillerDue) -> None:
        """No word of the reply yet: show that it is thought about, unless somebody speaks."""
        active = self._growing(message.turn)
        if active is None or active.said or self._voice.somebody_speaks:
            return
        if self._speech.filler == "gesture":
            self.tell(AVATAR, GestureRequested(message.turn, THINKING_GESTURE))
        elif self._speech.filler == "sound" and active.voiced:
            self._say(message.turn, THINKING, aside=True)

    def _say(self, turn: int, text: str, *, aside: bool = False) -> None:
        active = self._active(turn)
        assert active is not None
        sentence = len(active.said)
        self.become((turns.add_aside if aside else turns.add_sentence)(self.state, text))
        self._announce(active.listener, ReplySentence(turn, sentence, text))
        if active.voiced:
            self.tell(RECOGNIZER, Spoken(turn, text))
            self.tell(
                SYNTHESIZER, SpeakRequested(turn, sentence, text, self._drafts.guess_of(turn)), notify=True
            )
        self._show()

    def _show(self) -> None:
        """The chatbox keeps pace with the voice."""
        active = self.state.active
        if active is not None and (due := active.due):
            for text in due:
                self.tell(OSC_SENDER, ChatboxText(active.turn, text))
            self._change(shown=active.shown + len(due))

    def _complete(self) -> None:
        self._change(complete=True)
        active = self.state.active
        assert active is not None
        if active.voiced and active.said:
            self.tell(SPEAKER, PlaybackDone(active.turn, len(active.said)), notify=True)
        else:
            self._end("failed" if active.failed else "said")

    # -- the reply is heard

    @handles
    def on_playback_started(self, message: PlaybackStarted) -> None:
        """The voice is heard: hide the typing indicator."""
        self._voice.told(message)
        self._growth = self._growth.heard(message.turn, message.at)
        if (active := self._active(message.turn)) is not None:
            self.tell(OSC_SENDER, Typing(False))
            self._change(begun=active.played + 1)
            self._show()

    @handles
    def on_played(self, message: SentencePlayed) -> None:
        active = self._active(message.turn)
        if active is not None:
            self._over(active, message.sentence + 1)

    @handles
    def on_heard(self, message: SentenceHeard) -> None:
        self._voice.told(message)

    @handles
    def on_voice_silent(self, message: VoiceSilent) -> None:
        self._voice.told(message)

    @handles
    def on_playback_ended(self, message: PlaybackEnded) -> None:
        self._voice.told(message)
        # Turn 0: the speaker has been restarted, and nothing is playing any more.
        active = self.state.active if message.turn == 0 else self._active(message.turn)
        if active is not None and message.sentences:
            active = self._over(active, message.sentences)
        if active is not None and active.complete:
            self._end("failed" if active.failed else "said")

    def _over(self, active: ActiveTurn, sentences: int) -> ActiveTurn:
        """The first `sentences` sentences of the turn have been heard."""
        if sentences > active.played:
            self._change(played=sentences, part="", begun=sentences + 1)
            self._show()
        return self.state.active or active

    def _note_heard(self) -> None:
        """Keep what was heard of the reply until now."""
        active = self.state.active
        if active is not None and (heard := self._voice.progress.heard(active, self.wall())) != active:
            self.become(msgspec.structs.replace(self.state, active=heard))

    @handles
    def on_synthesis_failed(self, message: SynthesisFailed) -> None:
        """What cannot be spoken is still read in the chatbox."""
        self._lose_voice(message.turn)

    @handles
    def on_undelivered(self, message: Undelivered) -> None:
        super().on_undelivered(message)
        if message.message_type == "StateChanged":
            return
        if message.why == "unknown":
            self._voiced = False  # there is no such actor in this run
        current = self.context.current
        active = self._active(current.turn) if current is not None else None
        if active is None:
            return  # of a turn that is over
        if message.message_type == "CompletionRequested":
            self.on_failed(
                CompletionFailed(
                    active.turn, "unreachable", f"the language model's actor did not answer: {message.why}"
                )
            )
        else:
            self._lose_voice(active.turn)

    def _lose_voice(self, turn: int) -> None:
        active = self._active(turn)
        if active is None or not active.voiced:
            return
        self._change(voiced=False)
        self._show()
        if active.complete:
            self._end("failed" if active.failed else "said")

    # -- the turn ends

    @handles
    def on_overdue(self, message: TurnOverdue) -> None:
        """End a turn that lasts too long."""
        if self._active(message.turn) is not None:
            self.void(f"not over after {TURN_WITHIN:g} s")

    def void(self, reason: str) -> None:
        active = self.state.active
        if active is None:
            return
        self._close(active, reason)
        self._end("cancelled", reason)

    def _close(self, active: ActiveTurn, reason: str) -> None:
        """The turn ends early, at every stage."""
        if active.turn != self._audience.announced:
            self._announce_begin(active.turn)  # who asked several knows by this alone which one is over
        self._cancel_stages(active.turn, reason)

    def _cancel_stages(self, turn: int, reason: str) -> None:
        for stage in STAGES_TO_CANCEL:
            self.tell(stage, Cancel(turn, reason))

    def _end(self, outcome: str, detail: str = "") -> None:
        self._note_heard()
        active = self.state.active
        assert active is not None
        now = self.wall()
        if outcome != "cancelled":
            self._change(begun=len(active.said))
            self._show()
        self.tell(OSC_SENDER, Typing(False))
        self.become(turns.end(self.state, self._bot.name, now))
        if active.person.is_known:
            talk = Interaction("talk", active.person.name, active.text, now, active.kept)
            self.tell(USERS, InteractionHappened(active.person, talk))
        self._stage(active.turn, "reply_ended", now)
        text = active.heard if outcome == "cancelled" else active.reply
        self._announce(active.listener, ReplyEnded(active.turn, outcome, text, detail or active.failed))
        self._read_ahead()

    def _active(self, turn: int) -> ActiveTurn | None:
        active = self.state.active
        return active if active is not None and active.turn == turn else None

    def _growing(self, turn: int) -> ActiveTurn | None:
        """The turn, if more of its reply may come."""
        active = self._active(turn)
        return active if active is not None and not active.complete else None

    def _change(self, **fields: object) -> None:
        active = self.state.active
        assert active is not None
        self.become(msgspec.structs.replace(self.state, active=msgspec.structs.replace(active, **fields)))

    def _announce(self, listener: str, message: Message) -> None:
        for address in self._audience.of(listener):
            self.tell(address, message)

    def _stage(self, turn: int, stage: str, at: float, seconds: float = 0.0) -> None:
        self.tell(SYSTEM, StageReached(turn, stage, at, seconds))
