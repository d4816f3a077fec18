"""How the reply to the current turn grows: by the model's sentences, until it is long enough, complete or broken."""

from actors.avatar.messages import AVATAR, GestureRequested
from actors.conversation.answers.contradiction import contradicts
from actors.conversation.answers.human_claims import denies_being_ai
from actors.conversation.languages import words_language
from actors.conversation.owner import Owner, change, current
from actors.conversation.reply import turn_end
from actors.conversation.reply.apologies import apology_for
from actors.conversation.reply.delivery import ReplyDelivery
from actors.conversation.reply.phrases import THINKING, is_long, no_answer, shall_i_go_on
from actors.llm.messages import LLM, CompletionFailed, SentenceReady
from actors.speech.messages import Cancel

THINKING_GESTURE = "point"  # of those that every avatar has, the one that looks most like thinking


def grow(owner: Owner, reply: ReplyDelivery, sentence: SentenceReady, guess: int) -> None:
    """Pass on the next sentence; of what becomes too long, ask whether to go on. guess: which the turn took over."""
    active = owner.state.growing_turn(sentence.turn)
    if active is None or _is_untrue(owner, sentence.text):
        return
    if not is_long(active, owner.speech.longest_reply):
        reply.say(owner, sentence.text, guess)
        if reply.withheld(sentence.turn):
            give_up(owner, reply)
        return
    owner.tell(LLM, Cancel(sentence.turn, "long enough"))
    reply.say(owner, shall_i_go_on(words_language(owner)), guess)
    turn_end.complete(owner, reply)


def give_up(owner: Owner, reply: ReplyDelivery) -> None:
    """Something of the reply was withheld, and nothing after it is said: the model need not go on."""
    owner.tell(LLM, Cancel(current(owner).turn, "it says what is never said"))
    turn_end.complete(owner, reply)


def _is_untrue(owner: Owner, text: str) -> bool:
    """Whether a sentence denies what is known of the bot; of one that plays a character, that it is an AI."""
    if owner.placeholder and contradicts(text, owner.bot.name):
        return True
    return (owner.placeholder or owner.bot.plays_character) and denies_being_ai(text)


def complete(owner: Owner, reply: ReplyDelivery, guess: int) -> None:
    """The model has said all it had. Where none of it could be said, the bot says that it knows no answer."""
    if (owner.placeholder or owner.bot.plays_character) and not current(owner).said:
        reply.say(owner, no_answer(words_language(owner)), guess)
    turn_end.complete(owner, reply)


def fail(owner: Owner, reply: ReplyDelivery, failure: CompletionFailed, guess: int) -> None:
    """No more of the reply comes: apologize."""
    active = owner.state.growing_turn(failure.turn)
    if active is None:
        return
    change(owner, failed=failure.owner or failure.kind)
    begun = len(active.said) > len(active.asides)
    apology = apology_for(failure.kind, begun=begun, language=words_language(owner))
    reply.say(owner, apology, guess, aside=True)
    turn_end.complete(owner, reply)


def fill(owner: Owner, reply: ReplyDelivery, turn: int, guess: int) -> None:
    """No word of the reply yet: show that it is thought about, unless somebody speaks."""
    active = owner.state.growing_turn(turn)
    if active is None or active.said or reply.voice.somebody_speaks:
        return
    if owner.speech.filler == "gesture":
        owner.tell(AVATAR, GestureRequested(turn, THINKING_GESTURE))
    elif owner.speech.filler == "sound" and active.voiced:
        reply.say(owner, THINKING, guess, aside=True)
