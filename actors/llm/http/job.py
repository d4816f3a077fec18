"""A reply to stream, as the thread that does it is told."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from actors.kernel.media.frames import RingAddress
from actors.kernel.message import Message
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint, RequestLimits
from actors.llm.text.length import ENDLESS, ReplyLength
from actors.llm.text.sentences import FIRST_PIECE_WORDS

Post = Callable[[Message, str], None]  # thread-safe: a message, and the id of what caused it


@dataclass(frozen=True, slots=True)
class Job:
    """A reply to stream. request: id of the CompletionRequested. waited: seconds since it. names: the bot's own.

    people: whose lines the model must not write. most: how much is said of it.
    picture_of: the ring whose newest picture goes with the last message. keep_in: the folder in which that is kept.
    probes: the key of the server that is only to be tried. hurried: another server is ready to take over.
    own_acts: those that the model may choose beside the ones that every avatar has.
    patience: seconds from the request within which an attempt may begin. first_words: most words of the first piece."""

    request: str
    endpoint: Endpoint
    prompt: tuple[ChatMessage, ...]
    limits: RequestLimits
    waited: float = 0.0
    retries: int = 0
    patience: float = 0.0
    names: tuple[str, ...] = ()
    first_words: int = FIRST_PIECE_WORDS
    people: tuple[str, ...] = ()
    most: ReplyLength = ENDLESS
    probes: str = ""
    hurried: bool = False
    picture_of: RingAddress | None = None
    keep_in: Path | None = None
    own_acts: tuple[str, ...] = ()
    begun_at: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        """Seconds since the request."""
        return self.waited + time.monotonic() - self.begun_at
