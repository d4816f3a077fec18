"""Whether a failed request is worth another attempt, and when. Pure."""

import email.utils
import math

from actors.llm.http.failures import ServerFailure
from actors.vocabulary.backoff import Backoff

BACKOFF = Backoff(0.5, math.inf)  # before the next attempt, when the server does not say
LONGEST_RETRY_AFTER = 86_400.0


def decide(
    attempt: int, failure: ServerFailure, retries: int, budget: float, jitter: float = 0.0
) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    attempt: how many were made (from 1). budget: seconds within which the next may begin. jitter: in [0, 1), adds up
    to a quarter. The server's Retry-After is a minimum; if it exceeds the budget, there is no attempt."""
    if not failure.may_pass or attempt > retries:
        return None
    delay = failure.retry_after or BACKOFF.pause(attempt)
    delay *= 1 + jitter / 4
    return delay if delay <= budget else None


def parse_retry_after(value: str, wall: float) -> float:
    """Seconds from a Retry-After header, a number or an HTTP date; 0 if unsaid. wall: now, epoch seconds."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, wall)
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else 0.0


def _until(date: str, wall: float) -> float:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp() - wall
    except (ValueError, OverflowError, OSError):
        return 0.0
