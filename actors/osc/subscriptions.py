"""Which subscriber receives which part of VRChat's messages."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from actors.kernel.message import Message
from actors.osc.messages import AvatarLoaded, ParametersChanged, TrackingChanged
from actors.osc.parameters import MAX_NAME

# Beyond those that were declared; the one that subscribed first is given up for a further one.
MAX_SUBSCRIBERS = 32
MAX_PATTERNS = 64
MAX_KNOWN = 8192  # names whose matches are remembered, of each subscriber
_PATHS: Mapping[type[Message], str] = {
    AvatarLoaded: "/avatar/change",
    TrackingChanged: "/tracking/vrsystem/head/pose",
}


class _Wish:
    """What one of them wants. Patterns with a slash at their beginning are addresses of OSC, all others names."""

    def __init__(self, patterns: Iterable[str]) -> None:
        kept = tuple(pattern for pattern in patterns if len(pattern) <= MAX_NAME)[:MAX_PATTERNS]
        self._paths = tuple(pattern for pattern in kept if pattern.startswith("/"))
        self._names = tuple(pattern for pattern in kept if not pattern.startswith("/"))
        self._everything = "*" in self._names
        self._known: dict[str, bool] = {}

    def of(self, message: Message) -> Message | None:
        """As much of the message as is wanted."""
        if not isinstance(message, ParametersChanged):
            path = _PATHS[type(message)]
            return message if any(fnmatchcase(path, pattern) for pattern in self._paths) else None
        if self._everything:
            return message
        values = {name: value for name, value in message.values.items() if self._wants(name)}
        if not values:
            return None
        touched = tuple(name for name in message.touched if name in values)
        events = {name: event for name, event in message.events.items() if name in values}
        zones = {name: zone for name, zone in message.zones.items() if name in values}
        return ParametersChanged(values, touched, events, zones, message.at)

    def _wants(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            known = self._known[name] = any(fnmatchcase(name, pattern) for pattern in self._names)
        return known


class Subscriptions:
    """Subscribers by address, and each one's part of a message. declared: by the supervision tree; they stay."""

    def __init__(self, declared: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self._declared = {address: _Wish(patterns) for address, patterns in declared}
        self._later: dict[str, _Wish] = {}

    def put(self, address: str, patterns: Iterable[str]) -> None:
        """Replace the patterns of `address`; none ends the subscription."""
        wish = _Wish(patterns)
        if address in self._declared:
            self._declared[address] = wish
            return
        self._later.pop(address, None)
        if patterns:
            self._later[address] = wish
        while len(self._later) > MAX_SUBSCRIBERS:
            del self._later[next(iter(self._later))]

    def parts(self, message: Message) -> Iterator[tuple[str, Message]]:
        """Each receiver with its part; the message itself for those that want all of it."""
        for wishes in (self._declared, self._later):
            for address, wish in wishes.items():
                part = wish.of(message)
                if part is not None:
                    yield address, part
