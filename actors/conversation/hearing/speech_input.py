"""What people say, until it is a turn: thought about ahead, decided, withdrawn when they go on, and begun again."""

import msgspec

from actors.conversation import turns
from actors.conversation.company.waiting import MOST_EACH, Question, Waiting, another
from actors.conversation.forget import FORGOTTEN_SINCE, is_late
from actors.conversation.hearing import attribution, turn_start
from actors.conversation.hearing.attribution import ANSWER_WITHIN
from actors.conversation.hearing.drafts import Draft, Drafts
from actors.conversation.hearing.growth import Growth
from actors.conversation.hearing.unheard import Unheard
from actors.conversation.internal import StillWithdrawn
from actors.conversation.languages import note_person
from actors.conversation.messages import ReplyEnded, SpeakFirst, SpokeFirst, TurnCancelled, TurnWaits
from actors.conversation.owner import Owner, current
from actors.conversation.reply import turn_end
from actors.conversation.reply.delivery import ReplyDelivery
from actors.conversation.reply.interruption import Verdict, judge
from actors.conversation.reply.judging import say_all
from actors.conversation.utterance import LONGEST
from actors.kernel.actor import AskFailed, Reply
from actors.llm.messages import LLM
from actors.osc.messages import OSC_SENDER, Typing
from actors.speech.messages import NothingUnderstood, SpeechStarted, TranscriptGuessed, TranscriptReady
from actors.system.messages import SYSTEM, StageReached
from actors.users.messages import USERS, GetProfile, InteractionHappened
from actors.vocabulary.requests import says_stop
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Interaction, Person
from actors.world.messages import WORLD, WhoIsHere

GOES_ON_WITHIN = 30.0  # seconds after which a withdrawn turn begins again without a further word


@durable("conversation.SpeechInput")
class SpeechInput:
    """Belongs to the conversation's actor. drafts: what is thought about ahead. growth: what more words belong to.

    unheard: when it was said last that nothing was understood."""

    def __init__(self) -> None:
        self.drafts = Drafts()
        self.growth = Growth()
        self.unheard = Unheard()

    def forget(self, owner: Owner) -> None:
        """Nothing goes on from what was said until now."""
        self.drafts.end(owner)
        self.growth = Growth()

    def cancel(self, owner: Owner, reply: ReplyDelivery, reason: str) -> TurnCancelled:
        """The turn under way ends, and nobody waits any more."""
        active, waiting = owner.state.active, len(owner.state.waiting.questions)
        self.forget(owner)
        self.give_up_waiting(owner, reply, reason)
        turn_end.void(owner, reply, reason)
        return TurnCancelled(active.turn if active is not None else 0, waiting)

    # -- it becomes a turn

    def begin(
        self,
        owner: Owner,
        reply: ReplyDelivery,
        said: Question,
        draft: Draft | None = None,
        *,
        waited: bool = False,
    ) -> int:
        """Begin a turn with what was said; the turn before ends. Its id, or 0 where nothing was said. draft: what was
        thought about ahead, if it was this. waited: until others were answered."""
        said = msgspec.structs.replace(said, text=turn_start.sayable(said.text))
        if not said.text:
            _tell_ignored(owner, reply, said, "nothing was said")
            return 0
        if owner.blocks.holds(said.person):
            _tell_ignored(owner, reply, said, "they are blocked")
            return 0
        self.drafts.end(owner)
        turn_end.void(owner, reply, "something new was said")
        before, asked_at = self.growth.before(owner.state), self.growth.since(said.at)
        turn = turn_start.start(owner, reply, before, said, waited=waited, asked_at=asked_at)
        if draft is not None:
            self._adopt(owner, reply, draft)
        else:
            owner.ask(WORLD, WhoIsHere(), "on_present", turn, ANSWER_WITHIN)
        return turn

    def _adopt(self, owner: Owner, reply: ReplyDelivery, draft: Draft) -> None:
        """What was foreseen is the turn: go on where the draft is."""
        turn_start.become_attributed(owner, draft.attributed(owner.state))
        active = current(owner)
        turn_start.answers(owner)
        owner.tell(OSC_SENDER, Typing(True))
        self.drafts.became(active.turn, draft.guess)
        reply.ahead.met(draft.profile)
        note_person(owner, draft.profile)
        reply.audience.announce(owner, active)
        if draft.answer:
            say_all(owner, reply, draft.answer, draft.guess)
        else:
            owner.tell(LLM, draft.request(active.turn), notify=True)

    def transcript(self, owner: Owner, reply: ReplyDelivery, said: TranscriptReady) -> None:
        """Somebody finished, or goes on with what was answered too early."""
        if self.growth.is_of_another(said.voice):
            self._begin_again(owner, reply)
        elif not said.faint and self.growth.goes_on(owner.state.active, said.speech_started_at):
            self._withdraw(owner, reply)
        text = self.growth.whole(said.text)
        question = Question(
            text, said.speech_started_at, voice=said.voice, language=said.language, likely=said.likely
        )
        if owner.state.active is not None and self.meanwhile(owner, reply, question):
            return
        answered_by_rule = owner.state.active or turn_start.asks_too_much(text)
        draft = None if answered_by_rule else self.drafts.take(owner.state, said, text)
        turn = self.begin(owner, reply, question, draft=draft)
        if turn:
            self.growth = self.growth.decided(turn, said.speech_ended_at, said.voice)
            _tell_stages(owner, turn, said)

    def speak_first(self, owner: Owner, reply: ReplyDelivery, asked: SpeakFirst) -> SpokeFirst:
        """Begin a turn that nobody asked for."""
        if why := self._why_not_now(owner, reply, asked):
            return SpokeFirst(0, why)
        self.forget(owner)
        turn_end.void(owner, reply, "the owner has it say something else")
        return SpokeFirst(turn_start.unasked(owner, reply, asked))

    def _why_not_now(self, owner: Owner, reply: ReplyDelivery, asked: SpeakFirst) -> str:
        """Nobody is talked over, and nobody's answer is forgotten for it, unless the owner wants it said."""
        if not asked.at_once and (owner.state.active is not None or self.growth.withdrawn):
            return "a turn is under way"
        if owner.blocks.holds(asked.person):
            return "they are blocked"
        speaks = self.drafts.draft is not None or reply.voice.has_heard(asked.quiet, owner.wall())
        return "somebody speaks, or did just now" if speaks and not asked.at_once else ""

    # -- somebody else is answered just now

    def meanwhile(self, owner: Owner, reply: ReplyDelivery, said: Question) -> bool:
        """Whether what was said lets the current turn go on: another said it, who waits, or does not mean the bot."""
        active, state = current(owner), owner.state
        here = state.surroundings.people
        person = attribution.person_of(state.company, attribution.evidence(said, here))
        if not another(person, said.voice, active.person, active.voice):
            return False
        if owner.blocks.holds(person):
            reply.voice.go_on(owner)
            _tell_ignored(owner, reply, said, "they are blocked")
            return True
        if is_late(said.text, person, said.at, owner.erased):
            reply.voice.go_on(owner)
            _tell_ignored(owner, reply, said, FORGOTTEN_SINCE)
            return True
        asks = judge(said.text, 0.0) is not Verdict.LISTENING  # nobody waits for an answer to a "yeah"
        heeds = turn_start.heeded(owner, msgspec.structs.replace(said, person=person), here)
        if not asks or not heeds.answers:
            reply.voice.go_on(owner)
            self._overhear(owner, said)
            _tell_ignored(owner, reply, said, heeds.why)
            return True
        if reply.voice.interrupted and (says_stop(said.text) or not reply.voice.began_with(said.at)):
            return False
        reply.voice.go_on(owner)
        if state.waiting.of(person, said.voice) >= MOST_EACH:
            self._overhear(owner, said)
            _tell_ignored(owner, reply, said, "they asked too many things at once")
            return True
        self._wait(owner, reply, msgspec.structs.replace(said, addressed=True))
        return True

    def _overhear(self, owner: Owner, said: Question) -> None:
        if said.person.is_known:
            self._note(owner, said, owner.state.surroundings.people)
        else:  # somebody may have come since the turn began, and it is not said of whoever was alone then
            owner.ask(WORLD, WhoIsHere(), "on_overheard_present", said, ANSWER_WITHIN)

    def overheard(self, owner: Owner, answer: Reply | AskFailed) -> None:
        """The world answered (or not) for what was not said to the bot: who said it."""
        self._note(owner, answer.context, attribution.present(answer).people)

    def _note(self, owner: Owner, said: Question, here: tuple[Person, ...]) -> None:
        person = attribution.person_of(owner.state.company, attribution.evidence(said, here))
        if owner.blocks.holds(person) or is_late(said.text, person, said.at, owner.erased):
            return
        owner.become(turns.overheard(attribution.learned(owner.state, said, here), said, person))
        if person.is_known:
            talk = Interaction("talk", person.name, said.text, said.at)
            owner.tell(USERS, InteractionHappened(person, talk, here, owner.state.turn))

    def _wait(self, owner: Owner, reply: ReplyDelivery, said: Question) -> None:
        waiting = owner.state.waiting
        if waiting.full:
            _tell_ignored(owner, reply, said, "too many others wait for an answer")
            return
        owner.become(msgspec.structs.replace(owner.state, waiting=waiting.add(said)))
        reply.audience.tell_listener(owner, said.listener, TurnWaits(len(waiting.questions) + 1))

    def next(self, owner: Owner, reply: ReplyDelivery) -> None:
        """The bot is free, unless something else was said meanwhile: answer whoever waits for the longest time."""
        waiting = owner.state.waiting.questions
        if owner.state.active is not None or not waiting:
            return
        owner.become(msgspec.structs.replace(owner.state, waiting=Waiting(waiting[1:])))
        for before, question in enumerate(waiting[1:], start=1):
            reply.audience.tell_listener(owner, question.listener, TurnWaits(before))
        self.begin(owner, reply, waiting[0], waited=True)

    def give_up_waiting(
        self, owner: Owner, reply: ReplyDelivery, reason: str, people: tuple[Person, ...] | None = None
    ) -> None:
        """Nobody waits any more; or nobody of `people`."""
        waiting = owner.state.waiting
        left = waiting.without({one.user_id for one in people}) if people is not None else Waiting()
        self.leave_waiting(owner, reply, left, reason)

    def leave_waiting(self, owner: Owner, reply: ReplyDelivery, left: Waiting, reason: str) -> None:
        """Only those that are `left` wait on."""
        waiting = owner.state.waiting
        if left == waiting:
            return
        owner.become(msgspec.structs.replace(owner.state, waiting=left))
        for question in waiting.questions:
            if question not in left.questions:
                reply.audience.tell_listener(owner, question.listener, ReplyEnded(0, "cancelled", "", reason))

    # -- it came too early

    def goes_on(self, owner: Owner, reply: ReplyDelivery, started: SpeechStarted) -> bool:
        """Whether whoever speaks goes on with what was answered too early; then that turn is withdrawn."""
        if started.faint or not self.growth.goes_on_unheard(owner.state.active, started.at):
            return False
        self._withdraw(owner, reply)
        return True

    def _withdraw(self, owner: Owner, reply: ReplyDelivery) -> None:
        active = current(owner)
        self.growth = self.growth.withdraw(active)
        turn_end.withdraw(owner, reply)
        owner.after(GOES_ON_WITHIN, StillWithdrawn(active.turn))

    def still_withdrawn(self, owner: Owner, reply: ReplyDelivery, turn: int) -> None:
        """They should have finished by now."""
        if turn == self.growth.turn:
            self._begin_again(owner, reply)

    def nothing_understood(self, owner: Owner, reply: ReplyDelivery, nothing: NothingUnderstood) -> None:
        """It was no word: a turn that was withdrawn for it begins again. Whoever said much hears of it."""
        self._begin_again(owner, reply)
        self.unheard, kind = self.unheard.told(nothing, owner.state, owner.wall())
        if kind:
            turn_start.excuse(owner, reply, kind)

    def _begin_again(self, owner: Owner, reply: ReplyDelivery) -> None:
        growth = self.growth
        if growth.withdrawn and owner.state.active is None:
            said = Question(growth.withdrawn, growth.ended_at, voice=growth.voice, addressed=True)
            self.growth = growth.decided(self.begin(owner, reply, said), growth.ended_at, growth.voice)

    # -- it is thought about ahead

    def guess(self, owner: Owner, guessed: TranscriptGuessed) -> None:
        """Think ahead, if nothing else is under way."""
        text = self.growth.whole(guessed.text)[:LONGEST]
        if owner.state.active is None and self.drafts.begin(owner, guessed, text):
            owner.ask(WORLD, WhoIsHere(), "on_draft_present", guessed.guess, ANSWER_WITHIN)

    def draft_present(self, owner: Owner, answer: Reply | AskFailed) -> None:
        """The world answered (or not) for a draft: who would be speaking."""
        person = self.drafts.met(answer, owner.state, self.growth, owner.wall())
        if person is not None and not self._heeds(owner, person):
            self.drafts.end(owner)
        elif person is not None and person.is_known:
            asked = GetProfile(person, *self.drafts.heard)
            owner.ask(USERS, asked, "on_draft_profile", answer.context, ANSWER_WITHIN)
        elif person is not None:
            self.drafts.ask(owner, self.growth)

    def _heeds(self, owner: Owner, person: Person) -> bool:
        """Whether the draft will be answered."""
        draft = self.drafts.draft
        assert draft is not None
        assert draft.present is not None
        said = msgspec.structs.replace(draft.question, person=person)
        if is_late(said.text, person, self.growth.since(said.at), owner.erased):
            return False
        return turn_start.heeded(owner, said, draft.present.people).answers

    def draft_profile(self, owner: Owner, answer: Reply | AskFailed) -> None:
        """The users answered (or not) for a draft: what is known of them. An account of that needs no model."""
        if self.drafts.known(answer) and not self.drafts.is_for_account:
            self.drafts.ask(owner, self.growth)


def _tell_ignored(owner: Owner, reply: ReplyDelivery, said: Question, why: str) -> None:
    reply.audience.tell_listener(owner, said.listener, ReplyEnded(0, "ignored", "", why))


def _tell_stages(owner: Owner, turn: int, said: TranscriptReady) -> None:
    ended = said.speech_ended_at
    owner.tell(SYSTEM, StageReached(turn, "speech_ended", ended))
    owner.tell(SYSTEM, StageReached(turn, "end_of_speech", ended + said.silence, said.silence))
    owner.tell(SYSTEM, StageReached(turn, "recognition", owner.wall(), said.recognition))
