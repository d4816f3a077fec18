"""Who is here, who is still to be greeted, and who of them talked with the bot. Plain bookkeeping, bounded."""

from collections.abc import Mapping

import msgspec

from actors.users.messages import Profile
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person

SETTLED = 2.0  # seconds from somebody's coming to their greeting: the game shows them late
GREET_WITHIN = 30.0  # seconds after which a greeting would come too late
ARRIVAL = 8.0  # seconds after the bot's own coming in which whoever is told of was there before
WAITING = 8  # greetings that wait
PEOPLE = 500
CLOSE = 0.5
DOWNCAST = -0.1


@durable("behaviour.Arrival")
class Arrival(msgspec.Struct, frozen=True):
    """Somebody who came at `at` (epoch seconds). waved: the gesture was made, only the words wait."""

    person: Person
    at: float
    waved: bool = False


@durable("behaviour.Company")
class Visitors(msgspec.Struct, frozen=True):
    """here: by user id. arrivals: to be greeted. visit: since when the bot is here (epoch seconds). talked: who did.

    hails: those who were there before are to be greeted. usual: the usual valence of people that were looked up."""

    here: Mapping[str, Person] = {}
    arrivals: tuple[Arrival, ...] = ()
    visit: float = 0.0
    hails: bool = False
    talked: tuple[str, ...] = ()
    usual: Mapping[str, float] = {}

    def elsewhere(self, at: float) -> "Visitors":
        """The bot is in another instance."""
        return Visitors(visit=at)

    def came(self, person: Person, at: float) -> "Visitors":
        """Somebody came. Whoever was there before is greeted together with all others."""
        here = dict(tuple({**self.here, person.user_id: person}.items())[-PEOPLE:])
        if 0.0 <= at - self.visit < ARRIVAL:
            return msgspec.structs.replace(self, here=here, hails=True)
        arrivals = (*self.without(person).arrivals, Arrival(person, at))[-WAITING:]
        return msgspec.structs.replace(self, here=here, arrivals=arrivals)

    def joined_by(self, people: tuple[Person, ...]) -> "Visitors":
        """These are here, and are not greeted."""
        here = {**self.here, **{one.user_id: one for one in people}}
        return msgspec.structs.replace(self, here=dict(tuple(here.items())[-PEOPLE:])) if people else self

    def went(self, person: Person) -> "Visitors":
        """Somebody left."""
        here = {one: who for one, who in self.here.items() if one != person.user_id}
        talked = tuple(one for one in self.talked if one != person.user_id)
        return msgspec.structs.replace(self.without(person), here=here, talked=talked)

    def spoke(self, person: Person) -> "Visitors":
        """Somebody talks with the bot: a greeting would come too late."""
        is_new = person.user_id in self.here and person.user_id not in self.talked
        talked = (*self.talked, person.user_id) if is_new else self.talked
        return msgspec.structs.replace(self.without(person), talked=talked, hails=False)

    def hailed(self) -> "Visitors":
        """Who was there before has been greeted."""
        return msgspec.structs.replace(self, hails=False)

    def without(self, person: Person) -> "Visitors":
        """`person` is not to be greeted any more."""
        left = tuple(one for one in self.arrivals if one.person.user_id != person.user_id)
        return msgspec.structs.replace(self, arrivals=left)

    def waved(self, person: Person) -> "Visitors":
        """`person` was waved at."""
        now = tuple(
            msgspec.structs.replace(one, waved=True) if one.person.user_id == person.user_id else one
            for one in self.arrivals
        )
        return msgspec.structs.replace(self, arrivals=now)

    def due(self, now: float) -> Arrival | None:
        """Who is to be greeted now."""
        return next((one for one in self.arrivals if now - one.at >= SETTLED), None)

    def timely(self, now: float) -> "Visitors":
        """Without greetings that come too late."""
        left = tuple(one for one in self.arrivals if 0.0 <= now - one.at < GREET_WITHIN)
        hails = self.hails and now - self.visit < GREET_WITHIN
        if len(left) == len(self.arrivals) and hails == self.hails:
            return self
        return msgspec.structs.replace(self, arrivals=left, hails=hails)

    def forgets(self, user_ids: frozenset[str]) -> "Visitors":
        """Nothing is known of these any more, but that they are here."""
        return msgspec.structs.replace(
            self,
            talked=tuple(one for one in self.talked if one not in user_ids),
            usual={one: usual for one, usual in self.usual.items() if one not in user_ids},
        )

    def learned(self, profile: Profile) -> "Visitors":
        """The record of somebody was looked up."""
        if profile.user is None or profile.person.user_id not in self.here:
            return self
        usual = {**self.usual, profile.person.user_id: profile.user.emotional_baseline.valence}
        return msgspec.structs.replace(self, usual=dict(tuple(usual.items())[-PEOPLE:]))


def greeting_kind(profile: Profile | None) -> str:
    """How somebody is greeted (see phrases): by how well they are known, and by their usual mood."""
    if profile is None or profile.user is None:
        return "stranger"
    if profile.user.emotional_baseline.valence <= DOWNCAST:
        return "downcast"
    return "friend" if profile.closeness >= CLOSE else "known"


def spoken_by(profile: Profile | None) -> str:
    """The language that somebody speaks; "" where that is not known."""
    return profile.user.preferences.get("speaks", "") if profile is not None and profile.user else ""


def greeting_act(kind: str) -> str:
    """The gesture that goes with a greeting."""
    return "cheer" if kind == "friend" else "wave"
