"""A prompt that is too long for a server: recognized by its refusal, and made shorter. Pure.

What is left out is the oldest of the talk, never the instructions or what was said last."""

import re
from collections.abc import Sequence

from actors.llm.http.chunks import ServerError
from actors.llm.messages import ChatMessage

SHORTER = 0.6
"""Of the length that was refused, what is tried next."""
STATUSES = frozenset({0, 400, 413, 422, 500})
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|maximum context|n_ctx|(?:prompt|input|request)\b.{0,20} too (?:long|large)"
    r"|too many (?:input )?tokens|reduce the length",
    re.I,
)


def is_too_long(error: ServerError) -> bool:
    """Whether the server refused the prompt for its length."""
    return error.code == 413 or (error.code in STATUSES and bool(_TOO_LONG.search(error.message)))


def length(prompt: Sequence[ChatMessage]) -> int:
    """In characters: servers count tokens, each with another table."""
    return sum(len(message.content) for message in prompt)


def fitted(prompt: Sequence[ChatMessage], longest: int) -> tuple[ChatMessage, ...]:
    """The prompt without so much of its oldest talk that it has `longest` characters at most; 0 is no limit.

    The instructions and the last message stay, however long they are."""
    over = length(prompt) - longest if longest else 0
    kept = []
    for number, message in enumerate(prompt):
        if over > 0 and message.role != "system" and number < len(prompt) - 1:
            over -= len(message.content)
        else:
            kept.append(message)
    return tuple(kept)


def next_limit(prompt: Sequence[ChatMessage], longest: int) -> int | None:
    """The limit to try after `prompt` was refused under `longest`; None when nothing more can be left out."""
    sent = fitted(prompt, longest)
    shorter = int(length(sent) * SHORTER)
    return shorter if shorter and fitted(prompt, shorter) != sent else None
