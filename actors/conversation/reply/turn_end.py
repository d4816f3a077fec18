"""How the current turn ends: what the stages, the listeners and the users hear of it, and what is kept."""

import msgspec

from actors.audio.messages import SPEAKER
from actors.behaviour.messages import BEHAVIOUR
from actors.conversation import turns
from actors.conversation.forget import unnamed
from actors.conversation.internal import NextQuestion
from actors.conversation.messages import ReplyEnded
from actors.conversation.owner import Owner, current
from actors.conversation.reply.delivery import ReplyDelivery
from actors.conversation.state import ActiveTurn
from actors.llm.messages import LLM
from actors.osc.messages import OSC_SENDER, Typing
from actors.speech.messages import SYNTHESIZER, Cancel
from actors.system.messages import SYSTEM, StageReached
from actors.users.messages import USERS, InteractionHappened
from actors.vocabulary.values import Interaction

STAGES_TO_CANCEL = (LLM, SYNTHESIZER, SPEAKER, OSC_SENDER, BEHAVIOUR)


def complete(owner: Owner, reply: ReplyDelivery) -> None:
    """No further sentence comes. The turn ends when all of them have been heard, or now if nothing is to be heard."""
    if reply.complete(owner):
        end(owner, reply)


def end(owner: Owner, reply: ReplyDelivery) -> None:
    """The reply was said, or as much of it as there was."""
    _end(owner, reply, "failed" if current(owner).failed else "said")


def void(owner: Owner, reply: ReplyDelivery, reason: str) -> None:
    """The turn, if there is one, ends early."""
    active = owner.state.active
    if active is not None:
        _close(owner, reply, active, reason)
        _end(owner, reply, "cancelled", reason)


def ignore(owner: Owner, reply: ReplyDelivery, why: str) -> None:
    """It was not said to the bot: it is known now, and not answered."""
    _end(owner, reply, "ignored", why)


def withdraw(owner: Owner, reply: ReplyDelivery) -> None:
    """The turn came too early: it ends, and nothing of its reply counts."""
    active = current(owner)
    _close(owner, reply, active, "they go on")
    owner.tell(OSC_SENDER, Typing(False))
    owner.become(turns.withdraw(owner.state, owner.bot.name, owner.wall()))
    reply.audience.end(owner, active.listener, ReplyEnded(active.turn, "cancelled", "", "they go on"))


def end_after_restart(owner: Owner, turn: int) -> None:
    """A turn that the previous incarnation left open ends, at every stage. turn: to count on from."""
    active = owner.state.active
    if active is not None:
        _cancel_stages(owner, active.turn, "the conversation was restarted")
        owner.tell(OSC_SENDER, Typing(False))
        if active.listener:
            ended = ReplyEnded(active.turn, "failed", active.heard, "interrupted by a restart")
            owner.tell(active.listener, ended)
    ended_state = turns.end(owner.state, owner.bot.name, owner.wall())
    style = owner.bot.speaking_style
    owner.become(msgspec.structs.replace(ended_state, speaking_style=style, turn=turn))


def _close(owner: Owner, reply: ReplyDelivery, active: ActiveTurn, reason: str) -> None:
    if active.turn != reply.audience.announced:
        # who asked several knows by this alone which one is over
        reply.audience.announce(owner, active)
    _cancel_stages(owner, active.turn, reason)


def _cancel_stages(owner: Owner, turn: int, reason: str) -> None:
    for stage in STAGES_TO_CANCEL:
        owner.tell(stage, Cancel(turn, reason))


def _end(owner: Owner, reply: ReplyDelivery, outcome: str, detail: str = "") -> None:
    reply.note_heard(owner)
    active = current(owner)
    now = owner.wall()
    if outcome != "cancelled":
        reply.show_rest(owner)
    owner.tell(OSC_SENDER, Typing(False))
    owner.become(unnamed(turns.end(owner.state, owner.bot.name, now), active, owner.erased))
    if active.person.is_known and active.text:
        # as of when it was said: whoever is forgotten before this arrives takes it along
        talk = Interaction("talk", active.person.name, active.text, active.asked_at, active.kept)
        here = owner.state.surroundings.people
        owner.tell(USERS, InteractionHappened(active.person, talk, here, active.turn))
        owner.become(turns.filed(owner.state, active, now))
    if owner.state.waiting.questions:
        owner.after(0.0, NextQuestion())
    owner.tell(SYSTEM, StageReached(active.turn, "reply_ended", now))
    text = active.heard if outcome == "cancelled" else active.reply
    ended = ReplyEnded(active.turn, outcome, text, detail or active.failed or reply.withheld(active.turn))
    reply.audience.end(owner, active.listener, ended)
    reply.ahead.begin(owner)
