"""The draft: the next turn as it will be if whoever pauses has finished. Nothing of it is told, shown or kept."""

import msgspec

from actors.conversation import turns
from actors.conversation.company.waiting import Question
from actors.conversation.hearing import attribution, looking
from actors.conversation.hearing.growth import Growth
from actors.conversation.hearing.rule_answers import rule_answer
from actors.conversation.languages import answers_in, reply_language, spoken_in
from actors.conversation.owner import Owner
from actors.conversation.prompt.prompt import build, people_named
from actors.conversation.reply.judging import ask, why_not
from actors.conversation.state import ConversationState
from actors.kernel.actor import AskFailed, Reply
from actors.llm.messages import LLM, ChatMessage, CompletionRequested, SentenceReady
from actors.speech.messages import SYNTHESIZER, Drop, SpeakRequested, TranscriptGuessed, TranscriptReady
from actors.users.messages import Profile
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person
from actors.world.messages import Present

_REMEMBERED = 16  # guesses that came to nothing, and may still arrive


@durable("conversation.Draft")
class Draft(msgspec.Struct, frozen=True):
    """A guess on its way. text: all that was said; at: since when (epoch seconds), in which voice. messages: what the
    model was asked; empty before that. answer: what rules answer, without the model.

    language, likely: as of a turn; replied_in: the one of the reply; "" where it is not certain."""

    guess: int
    text: str
    at: float = 0.0
    voice: int = 0
    present: Present | None = None
    profile: Profile | None = None
    messages: tuple[ChatMessage, ...] = ()
    people: tuple[str, ...] = ()
    language: str = ""
    likely: str = ""
    replied_in: str = ""
    answer: tuple[str, ...] = ()

    def request(self, turn: int) -> CompletionRequested:
        """What the model is asked, ahead with turn 0 and then for the turn."""
        return CompletionRequested(turn, self.messages, self.guess, self.people)

    def foreseen(self, state: ConversationState, growth: Growth, at: float) -> ConversationState:
        """`state` as it will be when this becomes the turn."""
        return self.attributed(turns.begin(growth.before(state), self.question, at))

    @property
    def question(self) -> Question:
        """What was said, as it becomes a turn."""
        return Question(self.text, self.at, voice=self.voice, language=self.language, likely=self.likely)

    def is_of(self, state: ConversationState, voice: int) -> bool:
        """Whether it is of the same person, now that the voice is known."""
        here = self.present.people if self.present is not None else ()
        said = attribution.evidence(self.question, here)
        better = msgspec.structs.replace(said, voice=voice)
        known = state.company
        return attribution.person_of(known, said) == attribution.person_of(known, better)

    def attributed(self, state: ConversationState) -> ConversationState:
        """`state`, in which this has become the turn, with whoever speaks and what is known of them."""
        state = attribution.attributed(state, self.present or Present((), ""))
        return attribution.acquainted(state, self.profile) if self.profile is not None else state


@durable("conversation.Drafts")
class Drafts:
    """One draft at a time. taken: the guess that the turn `turn` has taken over, 0 for none."""

    def __init__(self) -> None:
        self.draft: Draft | None = None
        self.turn = 0
        self.taken = 0
        self._dropped: tuple[int, ...] = ()

    def begin(self, owner: Owner, message: TranscriptGuessed, text: str) -> bool:
        """Whether the guess is begun as the draft, in place of the one before. text: with what was said before it."""
        if message.guess in self._dropped or looking.wants(owner, text):
            return (
                False  # nothing of a guess is looked at: a picture leaves this machine for a question alone
            )
        self.end(owner)
        draft = Draft(message.guess, text, message.speech_started_at, message.voice)
        self.draft = msgspec.structs.replace(draft, language=message.language, likely=message.likely)
        return True

    def drop(self, owner: Owner, guess: int) -> None:
        """The guess came to nothing."""
        self._dropped = (*self._dropped, guess)[-_REMEMBERED:]
        if self.draft is not None and self.draft.guess == guess:
            self.end(owner)

    def end(self, owner: Owner) -> None:
        """Whatever is begun ends at every stage that knows of it."""
        if self.draft is not None:
            drop = Drop(self.draft.guess)
            self.draft = None
            owner.tell(LLM, drop)
            owner.tell(SYNTHESIZER, drop)

    @property
    def heard(self) -> tuple[str, tuple[Person, ...]]:
        """The words of the draft, and who is near."""
        assert self.draft is not None
        return self.draft.text, self.draft.present.people if self.draft.present is not None else ()

    @property
    def is_for_account(self) -> bool:
        """Whether the draft asks what is known of who speaks."""
        profile = self.draft.profile if self.draft is not None else None
        return profile is not None and bool(profile.account)

    def of(self, guess: int) -> Draft | None:
        """The draft, if it is of that guess."""
        return self.draft if self.draft is not None and self.draft.guess == guess else None

    def met(
        self, answer: Reply | AskFailed, state: ConversationState, growth: Growth, now: float
    ) -> Person | None:
        """The world answered (or not) for the draft: who would be speaking. None when it is of no draft any more."""
        draft = self.of(answer.context)
        if draft is None:
            return None
        self.draft = draft = msgspec.structs.replace(draft, present=attribution.present(answer))
        active = draft.foreseen(state, growth, now).active
        return active.person if active is not None else UNKNOWN

    def known(self, answer: Reply | AskFailed) -> bool:
        """The users answered (or not) for the draft; whether it still is one."""
        draft = self.of(answer.context)
        if draft is None:
            return False
        self.draft = msgspec.structs.replace(draft, profile=attribution.profile(answer))
        return True

    def ask(self, owner: Owner, growth: Growth) -> None:
        """All that is needed is known: ask the model, or have the voice make ready what needs none."""
        assert self.draft is not None
        now = owner.wall()
        foreseen = self.draft.foreseen(owner.state, growth, now)
        if told := rule_answer(owner, foreseen, self.draft.profile):
            self.draft = msgspec.structs.replace(
                self.draft, answer=told, replied_in=reply_language(answers_in(owner), foreseen)
            )
            self._voice(owner, told[0])
            return
        language = answers_in(owner)
        messages = build(owner.bot, foreseen, self.draft.profile, now, language, owner.lore)
        replied_in = reply_language(language, foreseen)
        self.draft = msgspec.structs.replace(
            self.draft, messages=messages, people=people_named(foreseen), replied_in=replied_in
        )
        owner.tell(LLM, self.draft.request(0))

    def prepare(self, owner: Owner, sentence: SentenceReady) -> None:
        """The first sentence of the reply to the draft is there: let the voice make it ready."""
        if self.of(sentence.guess) is not None:
            self._voice(owner, sentence.text, sentence.sentence)

    def judged(self, owner: Owner, answer: Reply | AskFailed) -> None:
        """The first sentence of the reply to a draft was judged; what must not be said is not made ready either."""
        guess, text, sentence = answer.context
        if self.of(guess) is not None and not why_not(owner, answer):
            self._make_ready(owner, text, sentence)

    def _voice(self, owner: Owner, text: str, sentence: int = 0) -> None:
        assert self.draft is not None
        if owner.safety.moderation.is_on:
            ask(owner, text, "", "on_draft_judged", (self.draft.guess, text, sentence))
        else:
            self._make_ready(owner, text, sentence)

    def _make_ready(self, owner: Owner, text: str, sentence: int) -> None:
        assert self.draft is not None
        language = spoken_in(owner, self.draft.replied_in)
        owner.tell(SYNTHESIZER, SpeakRequested(0, sentence, text, self.draft.guess, language))

    def take(self, state: ConversationState, said: TranscriptReady, text: str) -> Draft | None:
        """The draft that is the turn now, if it is of that guess, person and words (`text` in whole), and the model was
        asked or is not needed."""
        draft = self.of(said.guess)
        if draft is None or draft.text != text or not (draft.messages or draft.answer):
            return None
        if not draft.is_of(state, said.voice):
            return None
        self.draft = None
        return draft

    def became(self, turn: int, guess: int) -> None:
        """The turn has taken over what was begun on the guess."""
        self.turn, self.taken = turn, guess

    def guess_of(self, turn: int) -> int:
        """The guess that the turn has taken over, or 0."""
        return self.taken if turn == self.turn else 0
