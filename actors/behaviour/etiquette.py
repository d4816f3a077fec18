"""When something may be said unasked: within the budget, outside the quiet hours, not twice without an answer. Pure."""

from collections.abc import Mapping

import msgspec

from actors.vocabulary.type_names import durable
from config.schema import Initiative

HOUR, DAY = 3600.0, 86400.0
AGAIN = 1800.0
"""Seconds after which somebody who comes back is greeted again: a crash of the game is no new visit."""

GREETED = 500  # people of whom it is known when they were greeted
TOUCH_AGAIN = 60.0


@durable("behaviour.Etiquette")
class Etiquette(msgspec.Struct, frozen=True):
    """said: when things were said unasked within the last hour. unanswered: nobody has reacted to the last one.

    greeted: when each person was, by user id. touched: when something was said to a touch. All epoch seconds."""

    said: tuple[float, ...] = ()
    unanswered: bool = False
    greeted: Mapping[str, float] = {}
    touched: float = -HOUR

    def refusal(self, settings: Initiative, now: float, offset: float) -> str:
        """Why nothing may be said unasked at `now`; "" if it may. offset: seconds that local time is ahead of UTC."""
        if is_quiet(settings.quiet_hours, now + offset):
            return f"quiet hours ({settings.quiet_hours})"
        if self.count(now) >= settings.per_hour:
            return f"{settings.per_hour} things an hour were said unasked"
        return "nobody has answered the last one" if self.unanswered else ""

    def count(self, now: float) -> int:
        """How many things were said unasked within the hour before `now`."""
        return sum(0.0 <= now - at < HOUR for at in self.said)

    def has_said(self, now: float) -> "Etiquette":
        """Something is said unasked at `now`."""
        said = (*(at for at in self.said if 0.0 <= now - at < HOUR), now)
        return msgspec.structs.replace(self, said=said, unanswered=True)

    def answered(self) -> "Etiquette":
        """Somebody talks to the bot."""
        return msgspec.structs.replace(self, unanswered=False) if self.unanswered else self

    def was_touched(self, now: float) -> "Etiquette":
        """Something is said to a touch at `now`."""
        return msgspec.structs.replace(self, touched=now)

    def knows(self, user_id: str, now: float) -> bool:
        """Whether this person was greeted in this visit."""
        return 0.0 <= now - self.greeted.get(user_id, -AGAIN) < AGAIN

    def greets(self, user_id: str, now: float) -> "Etiquette":
        """This person is greeted, or was there before, or talked: no greeting is due any more."""
        kept = {one: at for one, at in self.greeted.items() if 0.0 <= now - at < AGAIN and one != user_id}
        newest = dict(tuple(kept.items())[-(GREETED - 1) :])
        return msgspec.structs.replace(self, greeted={**newest, user_id: now})

    def forgets(self, user_ids: frozenset[str]) -> "Etiquette":
        """Nothing is known of these any more."""
        kept = {one: at for one, at in self.greeted.items() if one not in user_ids}
        return msgspec.structs.replace(self, greeted=kept)


def is_quiet(hours: str, local: float) -> bool:
    """Whether `local` (epoch seconds plus the offset) lies within `hours`, as in 23:00-07:00."""
    if not hours:
        return False
    begin, end = (int(part[:2]) * 3600.0 + int(part[3:]) * 60.0 for part in hours.split("-"))
    of_day = local % DAY
    return begin <= of_day < end if begin <= end else of_day >= begin or of_day < end
