"""For how long a server that was asked too often is not asked. Plain bookkeeping."""

from actors.llm import internal
from actors.vocabulary.type_names import durable

LONGEST = 300.0
"""Seconds for which a server's Retry-After keeps us from asking again."""


@durable("llm.RateLimit")
class RateLimit:
    """why: what the owner is told. until: monotonic seconds."""

    def __init__(self) -> None:
        self.until = 0.0
        self.why = ""

    def holds(self, now: float) -> bool:
        return now < self.until

    def begin(self, broken: internal.ReplyBroken, now: float) -> None:
        """`broken` says that there were too many requests, and perhaps for how long."""
        if broken.kind == "rate_limited" and broken.retry_after > 0:
            self.until, self.why = now + min(broken.retry_after, LONGEST), broken.owner

    def end(self) -> None:
        self.until = 0.0
