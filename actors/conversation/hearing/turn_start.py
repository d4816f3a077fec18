"""How a turn starts: from what was said until the model is asked, with whoever said it."""

from actors.conversation import turns
from actors.conversation.company.attention import Heeded, Said, attention
from actors.conversation.company.pace import who_of
from actors.conversation.company.waiting import Question
from actors.conversation.forget import FORGOTTEN_SINCE, is_late, lapsed
from actors.conversation.hearing import attribution, looking
from actors.conversation.hearing.attribution import ANSWER_WITHIN
from actors.conversation.hearing.rule_answers import rule_answer
from actors.conversation.internal import FillerDue, TurnOverdue
from actors.conversation.languages import answers_in, note_person, words_language
from actors.conversation.messages import SpeakFirst
from actors.conversation.owner import Owner, current
from actors.conversation.prompt.prompt import build, people_named
from actors.conversation.reply import turn_end
from actors.conversation.reply.apologies import apology_for
from actors.conversation.reply.delivery import ReplyDelivery
from actors.conversation.reply.judging import say_all
from actors.conversation.reply.phrases import CANNOT, cannot
from actors.conversation.state import ActiveTurn, ConversationState
from actors.conversation.utterance import LONGEST
from actors.kernel.actor import AskFailed, Reply
from actors.llm.messages import LLM, CompletionRequested
from actors.osc.messages import OSC_SENDER, Typing
from actors.speech.messages import RECOGNIZER, VoiceBelongs
from actors.users.messages import USERS, GetProfile, Misattributed, Profile
from actors.vocabulary.goals import LEADING, goal
from actors.vocabulary.requests import asked_for, leads_to
from actors.vocabulary.values import Person

TURN_WITHIN = 90.0
FILLER_AFTER = 0.7


def sayable(text: str) -> str:
    """`text` as a turn may hold it; "" if nothing was said."""
    # A terminal or a script may pass on half a character; nothing behind here could write it down.
    return text.encode("utf-8", "replace").decode().strip()[:LONGEST]


def start(
    owner: Owner,
    reply: ReplyDelivery,
    before: ConversationState,
    said: Question,
    *,
    waited: bool = False,
    asked_at: float | None = None,
) -> int:
    """What was said becomes the current turn, on top of the state `before`; its id. asked_at: as for `begin`."""
    after = turns.begin(before, said, owner.wall(), voiced=reply.voiced, waited=waited, asked_at=asked_at)
    owner.become(after)
    turn = owner.state.turn
    owner.after(TURN_WITHIN, TurnOverdue(turn))
    if owner.speech.filler != "off":
        owner.after(FILLER_AFTER, FillerDue(turn))
    return turn


def asks_too_much(text: str) -> bool:
    """Whether `text` asks of the body what it may not be able to do, which is answered without the model."""
    return any(act in CANNOT for act in asked_for(text))


def _beyond(owner: Owner, active: ActiveTurn) -> str:
    """What is asked of the body that it cannot do here; "" for nothing."""
    asked = (act for act in asked_for(active.text) if act in CANNOT)
    return next((act for act in asked if not _is_able(owner, active, act)), "")


def _is_able(owner: Owner, active: ActiveTurn, act: str) -> bool:
    here, may = owner.state.surroundings, owner.behaviour
    if act == "sit":
        return here.seat
    if act not in LEADING or not (may.enabled and may.movement.enabled and act in may.allowed):
        return False
    ways = here.ways if act == "come" else ()
    located = tuple((one.user_id, one.name) for one in here.located)
    return goal(leads_to(active.text, act), active.person, located, ways).is_known


def excuse(owner: Owner, reply: ReplyDelivery, kind: str) -> None:
    """A turn of the bot's own, which says that nothing was understood, as an apology of this kind."""
    owner.become(turns.excuse(owner.state, owner.wall(), reply.voiced))
    active = current(owner)
    owner.after(TURN_WITHIN, TurnOverdue(active.turn))
    reply.audience.announce(owner, active)
    reply.say(owner, apology_for(kind, language=words_language(owner)), aside=True)
    turn_end.complete(owner, reply)


def unasked(owner: Owner, reply: ReplyDelivery, message: SpeakFirst) -> int:
    """A turn of the bot's own, to say what nobody asked for; its id."""
    owner.become(turns.unasked(owner.state, message.person, owner.wall(), reply.voiced, message.listener))
    active = current(owner)
    owner.after(TURN_WITHIN, TurnOverdue(active.turn))
    reply.audience.announce(owner, active)
    say_all(owner, reply, message.words)
    return active.turn


def present(owner: Owner, reply: ReplyDelivery, answer: Reply | AskFailed) -> None:
    """The world answered (or not): where this is, and who speaks."""
    turn: int = answer.context
    if owner.state.active_turn(turn) is None:
        return
    become_attributed(owner, attribution.attributed(owner.state, attribution.present(answer)))
    active = current(owner)
    if why := _unwanted(owner, active):
        owner.become(turns.unknown_speaker(owner.state))
        reply.audience.announce(owner, current(owner), heeded=False)
        turn_end.ignore(owner, reply, why)
        return
    heeds = heeded(owner, active.question, owner.state.surroundings.people)
    reply.audience.announce(owner, active, heeded=heeds.answers)
    if not heeds.answers:
        turn_end.ignore(owner, reply, heeds.why)
        return
    answers(owner)
    owner.tell(OSC_SENDER, Typing(True))
    if active.person.is_known:
        asked = GetProfile(active.person, active.text, owner.state.surroundings.people)
        owner.ask(USERS, asked, "on_profile", turn, ANSWER_WITHIN)
    else:
        _think(owner, reply, turn, None)


def _unwanted(owner: Owner, active: ActiveTurn) -> str:
    """Why nothing of this turn may be kept or answered; "" if it may."""
    if owner.blocks.holds(active.person):
        return "they are blocked"
    late = is_late(active.text, active.person, active.asked_at, owner.erased)
    return FORGOTTEN_SINCE if late else ""


def answers(owner: Owner) -> None:
    """Whoever said the current turn gets a reply."""
    active, now = current(owner), owner.wall()
    owner.become(turns.exchanged(owner.state, active, now))
    owner.pace = owner.pace.noted(who_of(active.person, active.voice), now)


def become_attributed(owner: Owner, after: ConversationState) -> None:
    """It is known who said the current turn; the users hear what was said to be of another before."""
    moved = tuple(attribution.moves(owner.state.company, after.company))
    owner.become(lapsed(after, {wrong.turn for wrong, _ in moved}, owner.erased) if moved else after)
    for wrong, person in moved:
        owner.tell(USERS, Misattributed(wrong.person, person, wrong.at, wrong.turn))
    if owner.keeps_voices and (person := attribution.owner_of_voice(after)).is_known:
        owner.tell(RECOGNIZER, VoiceBelongs(current(owner).voice, person))


def heeded(owner: Owner, said: Question, here: tuple[Person, ...]) -> Heeded:
    """Whether the bot answers what was said, with these people around, and why."""
    if owner.blocks.holds(said.person):
        return Heeded(False, "they are blocked")
    if not owner.pace.admits(who_of(said.person, said.voice), owner.wall(), owner.safety.replies_per_minute):
        return Heeded(False, "they were answered often enough in this minute")
    if said.addressed:
        return Heeded(True, "said to the bot")
    state, rules = owner.state, owner.attention
    heard = Said(said.text, said.at, said.person, said.voice, here, state.last_touch)
    return attention(rules.attention, (owner.bot.name, *rules.also_called), heard, state.exchange)


def acquainted(owner: Owner, reply: ReplyDelivery, answer: Reply | AskFailed) -> None:
    """The users answered: what is known of the speaker. Without an answer they are a stranger."""
    if owner.state.active_turn(answer.context) is None:
        return
    profile = attribution.profile(answer)
    if profile is not None:
        owner.become(attribution.acquainted(owner.state, profile))
        if profile.account:
            reply.ahead.met(profile)
            say_all(owner, reply, profile.account)
            return
    _think(owner, reply, answer.context, profile)


def _think(owner: Owner, reply: ReplyDelivery, turn: int, profile: Profile | None) -> None:
    reply.ahead.met(profile)
    note_person(owner, profile)
    if act := _beyond(owner, current(owner)):
        reply.say(owner, cannot(act, words_language(owner)))
        turn_end.complete(owner, reply)
        return
    if not looking.begin(owner, turn):
        _answer(owner, reply, turn, profile)


def looked(owner: Owner, reply: ReplyDelivery, answer: Reply | AskFailed) -> None:
    """A model looked (or not) for the turn: now it is answered."""
    if owner.state.active_turn(answer.context) is not None:
        looking.looked(owner, answer)
        _answer(owner, reply, answer.context, reply.ahead.profile)


def _answer(owner: Owner, reply: ReplyDelivery, turn: int, profile: Profile | None) -> None:
    if told := rule_answer(owner, owner.state, profile):
        say_all(owner, reply, told)
        return
    messages = build(owner.bot, owner.state, profile, owner.wall(), answers_in(owner), owner.lore)
    owner.tell(LLM, CompletionRequested(turn, messages, people=people_named(owner.state)), notify=True)
