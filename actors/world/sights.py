"""Who and what was seen where, just now: bounded, and soon over. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from actors.avatar.messages import SeenAt
from actors.vision.messages import PERSON, Sight
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person

LASTS = 3.0  # seconds for which somebody is where they were seen
MOST = 64
AHEAD, TALKS_WITHIN = 20.0, 3.0  # degrees to either side, and metres, in which people stand who talk to it
ARM = 1.5  # metres within which somebody can touch the body


@durable("world.Sights")
class Sights(msgspec.Struct, frozen=True):
    """seen: by target, the newest sight of each."""

    seen: Mapping[str, SeenAt] = {}

    def with_sight(self, sight: SeenAt) -> "Sights":
        """One more; an older one of the same target is not kept."""
        known = self.seen.get(sight.target)
        if known is not None and known.at > sight.at:
            return self
        others = {target: one for target, one in self.seen.items() if target != sight.target}
        kept = sorted(others.items(), key=lambda pair: pair[1].at)[-(MOST - 1) :]
        return Sights({**dict(kept), sight.target: sight})

    def fresh(self, now: float) -> "Sights":
        """Those of the last seconds before `now` (epoch seconds)."""
        kept = {target: one for target, one in self.seen.items() if now - one.at < LASTS}
        return self if len(kept) == len(self.seen) else Sights(kept)

    def without(self, targets: frozenset[str]) -> "Sights":
        """None of these."""
        return Sights({target: one for target, one in self.seen.items() if target not in targets})

    def within_reach(self) -> tuple[str, ...]:
        """The targets that are near enough to touch the body, the nearest first."""
        near = (one for one in self.seen.values() if one.distance <= ARM)
        return tuple(one.target for one in sorted(near, key=lambda one: (one.distance, one.target)))

    def located(self) -> tuple[tuple[str, str], ...]:
        """Each target with what people call it, in a fixed order."""
        return tuple(sorted((target, one.name) for target, one in self.seen.items()))


def opposite(sights: Sequence[Sight]) -> Person:
    """Who stands near and ahead of whom all others are further away or aside; UNKNOWN for nobody, and for several.

    Somebody ahead whose distance is unknown may be near."""
    ahead = [one for one in sights if one.kind == PERSON and abs(one.bearing) <= AHEAD]
    near = [one for one in ahead if one.distance <= TALKS_WITHIN]
    return near[0].person if len(near) == 1 and near[0].distance > 0.0 else UNKNOWN


def located(sights: Sequence[Sight], at: float) -> tuple[SeenAt, ...]:
    """Whom and what of these one can go to: people whose name is known, and things of which one is seen, by their kind.

    Whose distance is unknown is left out: nobody would know where to stop."""
    kinds = Counter(sight.kind for sight in sights)
    return tuple(
        SeenAt(
            sight.person.user_id if sight.kind == PERSON else sight.kind,
            sight.person.name if sight.kind == PERSON else sight.kind,
            sight.bearing,
            sight.distance,
            at,
        )
        for sight in sights
        if sight.distance > 0.0
        and (sight.person.is_known or (sight.kind != PERSON and kinds[sight.kind] == 1))
    )
