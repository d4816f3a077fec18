"""Requests about turns of conversation: talk, say what the owner writes, stop talking, and watch."""

import contextlib
import queue
import time
from collections.abc import Iterator, Mapping
from typing import Any

from actors.conversation.messages import (
    CONVERSATION,
    CancelTurn,
    ReplyEnded,
    ReplySentence,
    SpeakFirst,
    SpokeFirst,
    TextReceived,
    TurnCancelled,
    TurnStarted,
    TurnWaits,
    WatchTurns,
)
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Undelivered
from actors.system.messages import SYSTEM, WatchStages
from actors.vocabulary.values import UNKNOWN, person_named
from actors.vocabulary.words import sentences_of
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.listener import Listener
from supervisor.control.wire import RequestRefused, text_in
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 10.0
REPLY_WITHIN = 120.0
REMEMBERED_WITHIN = 10.0
"""Seconds after a restart within which the conversation reports the outcome of a turn."""
LOOK_EVERY = 1.0
LONGEST = 4000
"""Characters that it is made to say at once."""


def talk(runtime: Runtime, text: str, name: str) -> Iterator[Message]:
    """Say `text` as the person `name` ("" for unknown); the reply's messages, ReplyEnded last."""
    person = person_named(name) if name.strip() else UNKNOWN
    with contextlib.closing(Listener(runtime)) as listener:
        listener.tell(CONVERSATION, TextReceived(text, person, listener.address))
        yield from _until_over(runtime, listener)


def say(runtime: Runtime, text: str) -> Iterator[Message]:
    """Have it say `text`, word by word; the messages of that turn, ReplyEnded last. Raises RequestRefused."""
    if len(text) > LONGEST:
        raise RequestRefused(f"at most {LONGEST} characters are said at once")
    words = sentences_of(text) or (text.strip(),)
    if not any(words):
        raise RequestRefused("there is nothing to say")
    with contextlib.closing(Listener(runtime)) as listener:
        listener.tell(CONVERSATION, SpeakFirst(words, at_once=True, listener=listener.address))
        yield from _until_over(runtime, listener)


def _until_over(runtime: Runtime, listener: Listener) -> Iterator[Message]:
    """What the listener of a turn hears, to its end. Raises RequestRefused."""
    while True:
        message = _next_of_turn(runtime, listener)
        if isinstance(message, Undelivered):
            raise RequestRefused(f"the conversation did not take it: {message.detail or message.why}")
        if isinstance(message, SpokeFirst):
            if not message.turn:
                raise RequestRefused(f"it is not said: {message.why}")
            continue
        yield message
        if isinstance(message, ReplyEnded):
            return


def _next_of_turn(runtime: Runtime, listener: Listener) -> Message:
    """The conversation's next message. Raises RequestRefused when none will come."""
    conversation = runtime.registry.slot(CONVERSATION)
    begun, incarnation = time.monotonic(), conversation.incarnation
    changed = 0.0
    while (now := time.monotonic()) - begun < REPLY_WITHIN:
        with contextlib.suppress(queue.Empty):
            return listener.get(LOOK_EVERY)
        if not changed and conversation.incarnation != incarnation:
            changed = now
        if changed and now - changed > REMEMBERED_WITHIN:
            # It remembers a turn that was saved before it crashed.
            raise RequestRefused("the conversation was restarted, and lost this turn; say it again")
    raise RequestRefused(f"no answer within {REPLY_WITHIN:g} s; see `supervisor status`")


def _talk(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    yield from _plain(talk(runtime, text_in(request, "text"), str(request.get("as") or "")))


def _say(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    for part in _plain(say(runtime, text_in(request, "text"))):
        withheld = part["event"] == "end" and part["outcome"] == "said" and part["detail"]
        yield {**part, "outcome": "withheld"} if withheld else part


def _plain(messages: Iterator[Message]) -> Answers:
    """The messages of a turn as plain data."""
    for message in messages:
        if isinstance(message, TurnStarted):
            yield {"event": "turn", "turn": message.turn, "person": message.person.name}
        elif isinstance(message, TurnWaits):
            yield {"event": "waits", "before": message.before}
        elif isinstance(message, ReplySentence):
            what = {"turn": message.turn, "sentence": message.sentence, "text": message.text}
            yield {"event": "sentence", **what}
        elif isinstance(message, ReplyEnded):
            what = {"turn": message.turn, "outcome": message.outcome}
            yield {"event": "end", **what, "text": message.text, "detail": message.detail}


def _hush(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Stop talking: the turn that was under way, 0 for none, and how many others waited for an answer."""
    cancelled = answer_of(runtime, CONVERSATION, CancelTurn("the owner said stop"), ASK_WITHIN)
    assert isinstance(cancelled, TurnCancelled)
    yield plain_fields(cancelled)


def _watch(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every turn and every stage from now on, until the client leaves; an empty map each second shows who left."""
    listener = Listener(runtime)
    try:
        runtime.client.tell(SYSTEM, WatchStages(listener.address))
        runtime.client.tell(CONVERSATION, WatchTurns(listener.address))
        while not runtime.ended.is_set():
            try:
                message = listener.get(1.0)
            except queue.Empty:
                yield {}
                continue
            yield {"event": type(message).__name__, **plain_fields(message)}
    finally:
        runtime.client.tell(SYSTEM, WatchStages(listener.address, on=False))
        runtime.client.tell(CONVERSATION, WatchTurns(listener.address, on=False))
        listener.close()


TURN_REQUESTS = {"talk": _talk, "say": _say, "hush": _hush, "watch": _watch}
