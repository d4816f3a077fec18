"""Scripted replies for `mock_responses: true`: no model, no thread, the same answer to the same prompt."""

import random
import re
from collections.abc import Sequence

from actors.llm.messages import ChatMessage
from actors.llm.text.length import ENDLESS, ReplyLength
from actors.llm.text.reply import SpokenReply

FIRST_DELAY = 0.05  # seconds before the first sentence
NEXT_DELAY = 0.02  # seconds between two sentences
QUOTED_WORDS = 12
_BEFORE = re.compile(r"\A(?:\[[^\]\n]*\]\n)?(?:[^:\n]{1,40}: )?")  # what the bot itself knows, and who speaks
FOLLOWED = 1.0  # temperature up to which the script is followed

_HELLO = "Hello there, it is lovely to meet you! I am only reading from a script today."
_REPLIES = (
    "You said: {said}. That is worth a thought! Tell me more about it.",
    "I heard you say: {said}. I like how you put that. What made you think of it?",
    "So it is about this: {said}. My script has no better answer. Shall we look around together?",
)


def script(
    prompt: Sequence[ChatMessage],
    temperature: float | None = 0.0,
    chance: random.Random | None = None,
    most: ReplyLength = ENDLESS,
) -> tuple[str, ...]:
    """The sentences of the reply to the prompt's last user message. Above FOLLOWED the replies come in any order."""
    spoken = [_BEFORE.sub("", message.content, count=1) for message in prompt if message.role == "user"]
    said = " ".join(spoken[-1].split()[:QUOTED_WORDS]).rstrip(".!?, ") if spoken else ""
    # how much was said so far decides, so that a conversation is not one sentence over and over
    place = len(spoken) - 1
    if chance is not None and (temperature or 0.0) > FOLLOWED:
        place = chance.randrange(len(_REPLIES))
    text = _REPLIES[place % len(_REPLIES)].format(said=said) if said else _HELLO
    reply = SpokenReply(phrases=False, most=most)
    return reply.feed(text) + reply.finish()
