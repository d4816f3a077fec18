"""Who is told of a domain's changes, what they know, and what is news to them. Pure."""

from typing import Any

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import StateChanged
from actors.kernel.state.document import Subscription
from actors.kernel.state.patch import reached
from actors.kernel.state.steps import Remind, Steps, Tell
from actors.vocabulary.type_names import durable

__all__ = ["NewsDue", "Subscriptions", "places"]

SUBSCRIPTIONS = 64
"""At most; beyond it the oldest ends."""
NEWS = 0.005
"""Seconds within which further changes are announced as one: nobody needs each step of a burst."""
PROBE_EVERY = 1.0
"""Seconds after which a subscriber is asked for again whether it is still there."""
UNTOLD = Version()


class NewsDue(Message):
    """A domain's own reminder to announce what has changed meanwhile."""


@durable("kernel.Told")
class _Told:
    """What a subscriber was told last, which fields have changed since, and when it was last asked for whether it is
    still there."""

    def __init__(self, subscription: Subscription, version: Version = UNTOLD, at: float = 0.0) -> None:
        self.address, self.path = subscription.address, subscription.path
        self.places = places(subscription.path)
        self.version = version
        self.probed_at = at
        self.fields: tuple[str, ...] = ()


@durable("kernel.Subscriptions")
class Subscriptions:
    """all: the subscriptions, the oldest first. is_due: news are told when the reminder comes, and not before."""

    def __init__(self) -> None:
        self.all: tuple[Subscription, ...] = ()
        self.is_due = False
        self.told: dict[Subscription, _Told] = {}

    @property
    def excess(self) -> tuple[Subscription, ...]:
        """Those that have to go before one more comes."""
        return self.all[: 1 - SUBSCRIPTIONS]

    def know(self, subscription: Subscription, version: Version, now: float) -> None:
        """A subscriber is told the state at `version` now (monotonic seconds)."""
        self.told[subscription] = _Told(subscription, version, now)

    def end(self, ended: tuple[Subscription, ...]) -> None:
        """Tell them no more."""
        self.all = tuple(s for s in self.all if s not in ended)
        self.told = {s: told for s, told in self.told.items() if s not in ended}

    def note(self, before: msgspec.Struct, after: msgspec.Struct, fields: tuple[str, ...]) -> None:
        """The state has changed, in these fields: news to those whom it concerns."""
        if len(self.told) != len(self.all):
            # After a restart it is not known what they were told: they see that they may have missed something.
            self.told = {s: self.told.get(s) or _Told(s) for s in self.all}
        for told in self.told.values():
            if not told.places or _concerns(told.places, before, after, fields):
                if not told.fields:
                    told.fields = fields
                elif told.fields != fields:
                    told.fields = tuple(dict.fromkeys((*told.fields, *fields)))

    def news(self, domain: str, version: Version, now: float) -> Steps:
        """Tell whoever has not heard, and remind of what may come within NEWS."""
        concerned = [told for told in self.told.values() if told.fields]
        self.is_due = bool(concerned)
        if not concerned:
            return
        for told in concerned:
            probe = now - told.probed_at >= PROBE_EVERY
            yield Tell(
                told.address, StateChanged(domain, version, told.fields, told.version, told.path), probe
            )
            told.version, told.fields = version, ()
            told.probed_at = now if probe else told.probed_at
        yield Remind(NEWS, NewsDue())


def places(path: str) -> tuple[str, ...]:
    """The steps of a path; none for ""."""
    return tuple(path.split("/")) if path else ()


def _concerns(path: tuple[str, ...], before: Any, after: Any, fields: tuple[str, ...]) -> bool:
    return path[0] in fields and reached(before, path) != reached(after, path)
