"""What becomes of a reply whose model or voice is lost while it grows."""

from collections.abc import Callable

from actors.conversation.owner import Owner
from actors.conversation.reply import judging, turn_end
from actors.conversation.reply.delivery import ReplyDelivery
from actors.kernel.protocol.lifecycle import Undelivered
from actors.llm.messages import CompletionFailed

Taken = Callable[[int], int]
"""The guess that a turn has taken over, or 0."""

RESTARTED = "was restarted while it was at the reply"


def model_restarted(owner: Owner, reply: ReplyDelivery, taken: Taken) -> None:
    """The reply that is awaited may never come: waiting for it would be a silence until the turn is overdue."""
    active = owner.state.active
    if active is not None and owner.state.growing_turn(active.turn) is not None:
        why = f"the language model's actor {RESTARTED}"
        judging.take(owner, reply, CompletionFailed(active.turn, "broken_off", why), taken(active.turn))


def voice_restarted(owner: Owner, reply: ReplyDelivery) -> None:
    """What the voice had in hand is read instead; what is asked of it next is spoken again."""
    active = owner.state.active
    if active is not None and active.played < len(active.said):
        lose_voice(owner, reply, active.turn)


def lose_voice(owner: Owner, reply: ReplyDelivery, turn: int) -> None:
    """What cannot be spoken is still read in the chatbox."""
    if reply.lose_voice(owner, turn):
        turn_end.end(owner, reply)


def undelivered(owner: Owner, reply: ReplyDelivery, message: Undelivered, turn: int, taken: Taken) -> None:
    """What the reply needs did not arrive. turn: whose it was, 0 if unknown."""
    if message.why == "unknown":
        reply.voiced = False  # there is no such actor in this run
    active = owner.state.active_turn(turn) if turn else None
    if active is None:
        return  # of a turn that is over
    if message.message_type == "CompletionRequested":
        why = f"the language model's actor did not answer: {message.why}"
        judging.take(owner, reply, CompletionFailed(active.turn, "unreachable", why), taken(active.turn))
    else:
        lose_voice(owner, reply, active.turn)
