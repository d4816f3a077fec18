"""Who is told of a domain's changes, what each subscriber knows, and what is new to it."""

from typing import Any

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import StateChanged
from actors.kernel.state.document import Subscription
from actors.kernel.state.patch import reached
from actors.kernel.state.source import Source
from actors.vocabulary.type_names import durable

SUBSCRIPTIONS = 64
"""The maximum; one more ends the oldest."""
NEWS = 0.005
"""Seconds within which further changes are announced as one: nobody needs each step of a burst."""
PROBE_EVERY = 1.0
"""Seconds between two checks of whether a subscriber still exists."""
POISON = 2
"""News in a row that their receiver died of, after which it gets no more."""
UNTOLD = Version()


class NewsDue(Message):
    """Timer of a domain: announce what has changed in the meantime."""


@durable("kernel.Told")
class _Told:
    """What a subscriber was last told, which fields have changed since, and when its existence was last checked.

    deaths: how many checks in a row it died of. has_died: of the last one."""

    # of the class, so that a checkpoint from before they were there can be gone on from
    deaths = 0
    has_died = False

    def __init__(self, subscription: Subscription, version: Version = UNTOLD, at: float = 0.0) -> None:
        self.address, self.path = subscription.address, subscription.path
        self.places = places(subscription.path)
        self.version = version
        self.probed_at = at
        self.fields: tuple[str, ...] = ()


@durable("kernel.Subscriptions")
class Subscriptions:
    """all: oldest first. is_due: a timer is set, and subscribers are not told before it fires."""

    def __init__(self) -> None:
        self.all: tuple[Subscription, ...] = ()
        self.is_due = False
        self.told: dict[Subscription, _Told] = {}

    @property
    def excess(self) -> tuple[Subscription, ...]:
        """Those that must end before one more is added."""
        return self.all[: 1 - SUBSCRIPTIONS]

    def know(self, subscription: Subscription, version: Version, now: float) -> None:
        """Note that a subscriber is told the state at `version` now (monotonic seconds)."""
        self.told[subscription] = _Told(subscription, version, now)

    def end(self, ended: tuple[Subscription, ...]) -> None:
        """Remove these."""
        self.all = tuple(s for s in self.all if s not in ended)
        self.told = {s: told for s, told in self.told.items() if s not in ended}

    def note(self, before: msgspec.Struct, after: msgspec.Struct, fields: tuple[str, ...]) -> None:
        """Note a change of these fields for every subscriber that it concerns."""
        if len(self.told) != len(self.all):
            # After a restart it is unknown what they were told: they will see that they may have missed something.
            self.told = {s: self.told.get(s) or _Told(s) for s in self.all}
        for told in self.told.values():
            if not told.places or _concerns(told.places, before, after, fields):
                if not told.fields:
                    told.fields = fields
                elif told.fields != fields:
                    told.fields = tuple(dict.fromkeys((*told.fields, *fields)))

    def announce(self, of: Source[Any]) -> None:
        """Tell every subscriber what is new to it; further changes are announced after NEWS."""
        concerned = [told for told in self.told.values() if told.fields]
        self.is_due = bool(concerned)
        if not concerned:
            return
        now = of.context.now()
        for told in concerned:
            probe = told.has_died or now - told.probed_at >= PROBE_EVERY
            if probe:
                told.deaths, told.has_died = told.deaths if told.has_died else 0, False
            news = StateChanged(of.domain, of.version, told.fields, told.version, told.path)
            of.context.tell(told.address, news, notify=probe)
            told.version, told.fields = of.version, ()
            told.probed_at = now if probe else told.probed_at
        of.context.after(NEWS, NewsDue())

    def note_death(self, address: str) -> tuple[Subscription, ...]:
        """Note that a subscriber died of its news; its subscriptions that are to be set aside, because it was not the
        first time."""
        poison = []
        for subscription, told in self.told.items():
            if told.address == address:
                told.deaths, told.has_died = told.deaths + 1, True
                poison += [subscription] * (told.deaths >= POISON)
        return tuple(poison)


def places(path: str) -> tuple[str, ...]:
    """The steps of a path; none for ""."""
    return tuple(path.split("/")) if path else ()


def _concerns(path: tuple[str, ...], before: Any, after: Any, fields: tuple[str, ...]) -> bool:
    return path[0] in fields and reached(before, path) != reached(after, path)
