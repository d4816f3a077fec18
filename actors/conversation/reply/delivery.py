"""The reply to the current turn on its way: to voice, chatbox and listeners, and how much of it was heard."""

import msgspec

from actors.audio.messages import SPEAKER, PlaybackDone, PlaybackEnded, PlaybackStarted
from actors.behaviour.messages import SentenceBegun
from actors.conversation import turns
from actors.conversation.languages import voice_language, words_language
from actors.conversation.messages import ReplySentence
from actors.conversation.owner import Owner, change, current
from actors.conversation.prompt.reading_ahead import ReadingAhead
from actors.conversation.reply.apologies import apology_for
from actors.conversation.reply.audience import Audience
from actors.conversation.reply.held import Gate
from actors.conversation.reply.voice import ReplyVoice
from actors.conversation.state import ActiveTurn
from actors.osc.messages import OSC_SENDER, ChatboxText, Typing
from actors.speech.messages import RECOGNIZER, SYNTHESIZER, SpeakRequested, Spoken
from actors.vocabulary.type_names import durable

_NO_NAMES = frozenset(
    "You Your It That This There The We My".split()
)  # what no capital begins within a sentence


def by_name(active: ActiveTurn, text: str) -> str:
    """`text`, which begins with the name of whoever waited for it, so that everybody knows whom it answers."""
    first = active.waited and active.person.is_known and len(active.said) == len(active.asides)
    if not first or active.person.name in text:
        return text
    word = text.split(" ", 1)[0]
    return f"{active.person.name}, {text[0].lower() + text[1:] if word in _NO_NAMES else text}"


def said_instead(owner: Owner) -> str:
    """What is said in place of what must not be said."""
    return owner.safety.instead or apology_for("moderated", language=words_language(owner))


@durable("conversation.ReplyDelivery")
class ReplyDelivery:
    """Belongs to the conversation's actor. audience: who hears of it. voice: how it is heard.

    voiced: whether this run has a voice. ahead: lets the model read ahead for the next reply. gate: what waits to be
    judged before it is said."""

    def __init__(self) -> None:
        self.ahead = ReadingAhead()
        self.audience = Audience()
        self.gate = Gate()
        self.voice = ReplyVoice()
        self.voiced = True
        self._withheld = (0, "")

    def withheld(self, turn: int) -> str:
        """Why nothing more is said in `turn`; "" if nothing of it had to be withheld."""
        return self._withheld[1] if self._withheld[0] == turn else ""

    def say(self, owner: Owner, text: str, guess: int = 0, *, aside: bool = False) -> None:
        """Pass on the next sentence, unless it must not be said: then what is said instead, and nothing after it.

        guess: the one on which the voice may have made it ready, 0 for none. aside: it is no part of the reply."""
        active = current(owner)
        if self.withheld(active.turn):
            return
        named = text if aside else by_name(active, text)
        if not self._refusal(owner, named):
            self._pass_on(owner, named, guess, aside=aside)
        elif not (why := self._refusal(owner, text)):
            self._pass_on(owner, text, guess, aside=aside)
        elif not aside:
            self.withhold(owner, why)

    def withhold(self, owner: Owner, why: str) -> None:
        """What comes next must not be said: something else is, and nothing after it. why: for the owner."""
        active = current(owner)
        if self.withheld(active.turn):
            return
        self._withheld = (active.turn, why)
        if active.text:  # nobody waits for what the bot says by itself
            self._pass_on(owner, said_instead(owner), 0, aside=True)

    def _refusal(self, owner: Owner, text: str) -> str:
        return owner.wording.refusal(owner.safety, owner.bot, text, current(owner).reply)

    def _pass_on(self, owner: Owner, text: str, guess: int, *, aside: bool) -> None:
        sentence = len(current(owner).said)
        owner.become((turns.add_aside if aside else turns.add_sentence)(owner.state, text))
        active = current(owner)
        self.audience.tell(owner, active.listener, ReplySentence(active.turn, sentence, text))
        if active.voiced:
            owner.tell(RECOGNIZER, Spoken(active.turn, text))
            request = SpeakRequested(active.turn, sentence, text, guess, voice_language(owner))
            owner.tell(SYNTHESIZER, request, notify=True)
        self.show(owner)

    def show(self, owner: Owner) -> None:
        """The chatbox and the body keep pace with the voice."""
        active = owner.state.active
        if active is not None and (due := active.due):
            for number, text in enumerate(due, active.shown):
                owner.tell(OSC_SENDER, ChatboxText(active.turn, text))
                self.audience.begun(owner, SentenceBegun(active.turn, number, text))
            change(owner, shown=active.shown + len(due))

    def show_rest(self, owner: Owner) -> None:
        """Show what the voice did not come to."""
        change(owner, begun=len(current(owner).said))
        self.show(owner)

    def complete(self, owner: Owner) -> bool:
        """No further sentence comes. Whether the turn is over with this: nothing remains to be heard."""
        active = change(owner, complete=True)
        if not active.voiced or not active.said:
            return True
        owner.tell(SPEAKER, PlaybackDone(active.turn, len(active.said)), notify=True)
        return False

    def playback_started(self, owner: Owner, message: PlaybackStarted) -> None:
        """The voice is heard: hide the typing indicator."""
        self.voice.told(message)
        if (active := owner.state.active_turn(message.turn)) is not None:
            owner.tell(OSC_SENDER, Typing(False))
            change(owner, begun=active.played + 1)
            self.show(owner)

    def played(self, owner: Owner, sentences: int) -> None:
        """The first `sentences` sentences of the turn have been heard."""
        if sentences > current(owner).played:
            change(owner, played=sentences, part="", begun=sentences + 1)
            self.show(owner)

    def playback_ended(self, owner: Owner, message: PlaybackEnded) -> bool:
        """Nothing is playing any more. Whether the turn is over with this."""
        self.voice.told(message)
        # Turn 0: the speaker has been restarted.
        active = owner.state.active_turn(message.turn) if message.turn else owner.state.active
        if active is None:
            return False
        if message.sentences:
            self.played(owner, message.sentences)
        return active.complete

    def note_heard(self, owner: Owner) -> None:
        """Keep what was heard of the reply until now."""
        active = owner.state.active
        if active is not None and (heard := self.voice.progress.heard(active, owner.wall())) != active:
            owner.become(msgspec.structs.replace(owner.state, active=heard))

    def lose_voice(self, owner: Owner, turn: int) -> bool:
        """What cannot be spoken is still read in the chatbox. Whether the turn is over with this."""
        active = owner.state.active_turn(turn)
        if active is None or not active.voiced:
            return False
        change(owner, voiced=False)
        self.show(owner)
        return active.complete
