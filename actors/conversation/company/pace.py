"""How often one person is answered: so many replies within a minute. Pure."""

import msgspec

from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person

MINUTE = 60.0
_MOST = 2000


@durable("conversation.Pace")
class Pace(msgspec.Struct, frozen=True):
    """replies: to whom, and when (epoch seconds), of the last minute."""

    replies: tuple[tuple[str, float], ...] = ()

    def admits(self, who: str, now: float, most: int) -> bool:
        """Whether `who` gets one more within the minute; of whom nobody knows who they are, always."""
        return not who or sum(1 for one, at in self.replies if one == who and 0.0 <= now - at < MINUTE) < most

    def noted(self, who: str, now: float) -> "Pace":
        """They got one now."""
        recent = tuple(reply for reply in self.replies if 0.0 <= now - reply[1] < MINUTE)
        return Pace((*recent, (who, now))[-_MOST:]) if who else Pace(recent)


def who_of(person: Person, voice: int) -> str:
    """By what somebody is counted: their id, else the number of their voice, else ""."""
    return person.user_id if person.is_known else f"voice {voice}" if voice else ""
