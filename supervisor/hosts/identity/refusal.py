"""Why a certificate is refused."""

from enum import StrEnum


class Reason(StrEnum):
    """Short, for counters; it names nobody."""

    STRANGER = "stranger"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    REVOKED = "revoked"
    WRONG_NAME = "wrong name"
    WRONG_PURPOSE = "wrong purpose"
    MALFORMED = "malformed"


class Refused(Exception):
    """Whoever showed this certificate is not let in. The text says why, and what to do where the owner can."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.reason = reason
