"""What is to be said waits here until the moderation server has judged it, where there is one: in order, a few pieces
ahead, and the end of the reply behind its last piece.

Without `safety.moderation` everything passes at once, in the same handler."""

import itertools

from actors.conversation.owner import Owner
from actors.conversation.reply import reply_growth, turn_end
from actors.conversation.reply.delivery import ReplyDelivery, by_name
from actors.conversation.reply.held import Held
from actors.kernel.actor import AskFailed, Reply
from actors.llm.messages import (
    MODERATOR,
    CompletionEnded,
    CompletionFailed,
    Moderated,
    ModerationRequested,
    SentenceReady,
)

AHEAD = 4  # pieces that are judged at once
MARGIN = 1.0  # seconds beyond the server's time within which its actor answers
NOT_JUDGED = "it could not be judged (safety.moderation)"


def take(
    owner: Owner,
    reply: ReplyDelivery,
    message: SentenceReady | CompletionEnded | CompletionFailed,
    guess: int = 0,
    *,
    own: bool = False,
) -> None:
    """The next of the reply to a turn. guess: which the turn took over. own: rules made it, and not the model."""
    gate = reply.gate
    if owner.state.growing_turn(message.turn) is None:
        return
    held = Held(message, guess, own)
    if gate.holds(message.turn) or (owner.safety.moderation.is_on and isinstance(message, SentenceReady)):
        gate.add(held)
        _ask(owner, reply)
        _pass_on(owner, reply)
    else:
        _release(owner, reply, held)


def say_all(owner: Owner, reply: ReplyDelivery, sentences: tuple[str, ...], guess: int = 0) -> None:
    """A whole reply that needs no model: a greeting, what is known of who asks, or what rules answer."""
    active = owner.state.active
    turn = active.turn if active is not None else 0
    for number, text in enumerate(sentences):
        take(owner, reply, SentenceReady(turn, number, text), guess, own=True)
    take(owner, reply, CompletionEnded(turn, len(sentences), "", 0, "stop"), guess, own=True)


def judged(owner: Owner, reply: ReplyDelivery, answer: Reply | AskFailed) -> None:
    """The moderator answered (or not) for a piece."""
    turn, number = answer.context
    if reply.gate.judged(turn, number, why_not(owner, answer)):
        _pass_on(owner, reply)


def why_not(owner: Owner, answer: Reply | AskFailed) -> str:
    """Why what was judged is not said, "" if it is: one line for the owner, without the words."""
    verdict = answer.message if isinstance(answer, Reply) else None
    if isinstance(verdict, Moderated) and not verdict.failed:
        named = ", ".join(verdict.categories)
        return f"the moderation server does not let it pass ({named})" if named else ""
    settings = owner.safety.moderation
    return NOT_JUDGED if settings.is_on and settings.on_failure == "withhold" else ""


def ask(owner: Owner, text: str, before: str, then: str, context: object) -> None:
    """Have `text`, said after `before`, judged; the answer goes to the method `then`."""
    within = owner.safety.moderation.timeout + MARGIN
    owner.ask(MODERATOR, ModerationRequested(text, before), then, context, within)


def _ask(owner: Owner, reply: ReplyDelivery) -> None:
    """Ask for the first pieces that were not asked for yet."""
    gate, active = reply.gate, owner.state.growing_turn(reply.gate.turn)
    if active is None:
        return
    texts = [one.text for one in gate.held]
    for place, held in enumerate(itertools.islice(gate.held, AHEAD)):
        if held.text and not held.number:
            before = " ".join((active.reply, *texts[:place])).strip()
            ask(owner, by_name(active, held.text), before, "on_judged", (gate.turn, gate.number(place)))


def _pass_on(owner: Owner, reply: ReplyDelivery) -> None:
    """Say what was judged, in order, up to the first piece that was not."""
    gate = reply.gate
    while gate.held and (gate.held[0].why is not None or not gate.held[0].text):
        held, *rest = gate.held
        gate.held = tuple(rest)
        if owner.state.growing_turn(held.message.turn) is None:
            gate.held = ()
            return
        _release(owner, reply, held)
    _ask(owner, reply)


def _release(owner: Owner, reply: ReplyDelivery, held: Held) -> None:
    message = held.message
    if isinstance(message, CompletionFailed):
        reply_growth.fail(owner, reply, message, held.guess)
    elif isinstance(message, CompletionEnded):
        if held.own:
            turn_end.complete(owner, reply)
        else:
            reply_growth.complete(owner, reply, held.guess)
    elif held.why:
        reply.withhold(owner, held.why)
        if not held.own:
            reply_growth.give_up(owner, reply)
    elif held.own:
        reply.say(owner, message.text, held.guess)
    else:
        reply_growth.grow(owner, reply, message, held.guess)
