"""Whoever is blocked or forgotten while they talk: what they have begun ends, and nothing of it is kept."""

from actors.conversation import turns
from actors.conversation.forget import dropped, ends_turn, waiting_without
from actors.conversation.hearing import attribution
from actors.conversation.hearing.speech_input import SpeechInput
from actors.conversation.owner import Owner
from actors.conversation.reply import turn_end
from actors.conversation.reply.delivery import ReplyDelivery
from actors.users.messages import PersonForgotten


def blocked(owner: Owner, heard: SpeechInput, reply: ReplyDelivery) -> None:
    """`owner.blocks` has changed."""
    waiting = tuple(one.person for one in owner.state.waiting.questions if owner.blocks.holds(one.person))
    if waiting:
        heard.give_up_waiting(owner, reply, "the speaker is blocked", waiting)
    active = owner.state.active
    if active is not None and active.text and owner.blocks.holds(active.person):
        owner.become(turns.unknown_speaker(owner.state))
        turn_end.void(owner, reply, "the speaker is blocked")


def forgotten(owner: Owner, heard: SpeechInput, reply: ReplyDelivery, message: PersonForgotten) -> None:
    """A turn of theirs, or that names them, ends unattributed, so that it creates no new record of them."""
    people, at, reason = message.people, message.at, "the speaker is to be forgotten"
    heard.leave_waiting(owner, reply, waiting_without(owner.state, people, at), reason)
    if ends_turn(owner.state, people, at):
        owner.become(attribution.unattributed(owner.state))
        turn_end.void(owner, reply, reason)
    owner.become(dropped(owner.state, people, at))
    reply.audience.tell_close(owner, message)
