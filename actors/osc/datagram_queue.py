"""From datagrams to messages for the avatar: checked, counted, dispatched by address and coalesced. Does no I/O.

Floats, ints and bools keep their newest value; a bool that was true for one frame only is kept as touched."""

import ipaddress
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from actors.kernel.message import Message
from actors.osc.datagram import BadDatagram, Call, Reason
from actors.osc.decoder import Decoder
from actors.osc.messages import AvatarLoaded, OscStatistics, ParametersChanged, TrackingChanged
from actors.osc.parameters import MAX_NAME, PREFIX, Meanings, is_avatar_id

MAX_PARAMETERS = 8192  # different parameters at a time: as many as an avatar may have
MAX_HOSTS = 256
# Seconds without anything to the announced port after which the default one counts again.
SILENT = 30.0
AVATAR_CHANGE = "/avatar/change"
HEAD_POSE = "/tracking/vrsystem/head/pose"
Arguments = tuple[Any, ...]


class DatagramQueue:
    """Single-threaded, except `statistics`. meanings: what is announced. friends: IP addresses that may also send.

    A game that has found Gerald by OSCQuery sends everything twice: to its default port, and to the announced one."""

    def __init__(
        self,
        meanings: Meanings,
        friends: tuple[str, ...] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self.hears_announced = True
        self._announced_at: dict[str, float] = {}
        self._twice = 0
        self._decode = Decoder().decode
        # Addresses of parameters that are announced, and their names; `_events` has the same names.
        self._names: dict[str, str] = {}
        self._events: dict[str, str] = {}
        self._zones: dict[str, str] = {}
        self.choose(meanings, friends)
        self._routes: Mapping[str, Callable[[Arguments], None]] = MappingProxyType(
            {AVATAR_CHANGE: self._avatar_changed, HEAD_POSE: self._head_moved}
        )
        self._values: dict[str, bool | int | float] = {}
        self._touched: dict[str, None] = {}
        self._avatar: AvatarLoaded | None = None
        self._tracking: TrackingChanged | None = None
        self._received = self._foreign = self._handled = self._ignored = self._coalesced = self._announced = 0
        self._foreign_host = ""
        # Every reason from the start: a mapping that never changes its size can be copied by another thread.
        self._refused = dict.fromkeys(Reason, 0)

    def choose(self, meanings: Meanings, friends: tuple[str, ...] = ()) -> None:
        """From now on this is announced, and these hosts may send too. From any thread."""
        self._friends = frozenset(map(_plain, friends))
        self._hosts = {"127.0.0.1": True, "::1": True}
        self._meanings = meanings
        # Known addresses belong to the former events: look all up again.
        self._names = {}

    @property
    def announced_is_heard(self) -> bool:
        """Whether anything came to the announced port that counts."""
        return self.hears_announced and bool(self._announced_at)

    def take_announced(self, data: bytes, host: str) -> None:
        """Take in a datagram to the announced port: from now on those of `host` to the other one are left out."""
        if not self.hears_announced:
            self._received += 1
            self._twice += 1
            return
        if host in self._announced_at or len(self._announced_at) < MAX_HOSTS:
            self._announced_at[host] = self._monotonic()
        self.take(data, host)

    def take_default(self, data: bytes, host: str) -> None:
        """Take in a datagram to the default port, unless `host` sends the same to the announced one."""
        at = self._announced_at.get(host)
        if at is None or not self.hears_announced or self._monotonic() - at > SILENT:
            self.take(data, host)
            return
        self._received += 1
        self._twice += 1

    def take(self, data: bytes, host: str) -> None:
        """Take in a datagram that came from `host`. Never raises."""
        self._received += 1
        if not (self._hosts.get(host) or self._is_here(host)):
            self._foreign += 1
            self._foreign_host = host
            return
        try:
            calls = self._decode(data)
            if len(calls) > 1:
                self._check(calls)  # before any of them has an effect: a datagram is taken in as a whole
            for address, arguments in calls:
                name = self._names.get(address)
                if name is not None:
                    self._parameter(name, arguments)
                else:
                    self._dispatch(address, arguments)
        except BadDatagram as bad:
            self._refused[bad.reason] += 1

    @property
    def waiting(self) -> bool:
        """Whether there is anything to announce."""
        return bool(self._values or self._avatar or self._tracking)

    def flush(self, at: float = 0.0) -> tuple[Message, ...]:
        """What to announce now, the avatar first: parameters that VRChat sent before it belong to it.

        at: when the newest of it came (epoch seconds)."""
        values, touched = self._values, tuple(self._touched)
        self._values, self._touched = {}, {}
        changed = None
        if values:
            events, zones = self._events, self._zones
            placed = {name: zones[name] for name in values if name in zones} if zones else {}
            changed = ParametersChanged(values, touched, {name: events[name] for name in values}, placed, at)
        found = tuple(m for m in (self._avatar, changed, self._tracking) if m is not None)
        self._avatar = self._tracking = None
        self._announced += len(found)
        return found

    def statistics(self, port: int, announced_port: int = 0, host: str = "") -> OscStatistics:
        """What was counted so far; port, announced_port and host: where."""
        return OscStatistics(
            port,
            received=self._received,
            foreign=self._foreign,
            refused={reason.value: n for reason, n in self._refused.copy().items() if n},
            handled=self._handled,
            ignored=self._ignored,
            coalesced=self._coalesced,
            announced=self._announced,
            announced_port=announced_port,
            twice=self._twice,
            foreign_host=self._foreign_host,
            host=host,
        )

    def _check(self, calls: tuple[Call, ...]) -> None:
        """Raises BadDatagram when one of them has arguments that its address does not take."""
        for address, arguments in calls:
            fits = _FITS.get(address)
            if fits is None:
                fits = _is_scalar if address in self._names or self._meaning_at(address)[0] else None
            if fits is not None and not fits(arguments):
                raise BadDatagram(Reason.WRONG_ARGUMENTS)

    def _meaning_at(self, address: str) -> tuple[str, str]:
        """Event and zone of a parameter's address; no event for one that is not announced, and any other address."""
        name = address.removeprefix(PREFIX)
        if name == address or not 0 < len(name) <= MAX_NAME:
            return "", ""
        return self._meanings.of(name)

    def _parameter(self, name: str, arguments: Arguments) -> None:
        if len(arguments) != 1 or type(value := arguments[0]) not in _SCALARS:
            raise BadDatagram(Reason.WRONG_ARGUMENTS)
        self._handled += 1
        values = self._values
        if name in values:
            self._coalesced += 1
        values[name] = value
        if value is True:
            self._touched[name] = None

    def _dispatch(self, address: str, arguments: Arguments) -> None:
        """Handle an unknown address: a new parameter, or something else."""
        route = self._routes.get(address)
        if route is not None:
            route(arguments)
            return
        event, zone = self._meaning_at(address)
        if not event:
            self._ignored += 1
            return
        name = address.removeprefix(PREFIX)
        if len(self._names) >= MAX_PARAMETERS:
            self._forget()
        self._names[address], self._events[name] = name, event
        if zone:
            self._zones[name] = zone
        else:
            self._zones.pop(name, None)
        self._parameter(name, arguments)

    def _forget(self) -> None:
        """Make room for new names, keeping those whose values wait; if all of them wait, give these up."""
        if len(self._values) >= MAX_PARAMETERS:
            self._coalesced += len(self._values)
            self._values, self._touched = {}, {}
        self._names = {PREFIX + name: name for name in self._values}
        self._events = {name: self._events[name] for name in self._values}
        self._zones = {name: zone for name, zone in self._zones.items() if name in self._values}

    def _avatar_changed(self, arguments: Arguments) -> None:
        if not _is_avatar(arguments):
            raise BadDatagram(Reason.WRONG_ARGUMENTS)
        self._handled += 1
        self._coalesced += self._avatar is not None
        self._avatar = AvatarLoaded(arguments[0])

    def _head_moved(self, arguments: Arguments) -> None:
        if not _is_pose(arguments):
            raise BadDatagram(Reason.WRONG_ARGUMENTS)
        self._handled += 1
        self._coalesced += self._tracking is not None
        x, y, z, pitch, yaw, roll = arguments
        self._tracking = TrackingChanged((x, y, z), (pitch, yaw, roll))

    def _is_here(self, host: str) -> bool:
        known = self._hosts.get(host)
        if known is None:
            address = _plain(host)
            known = address in self._friends or address.is_loopback
            if len(self._hosts) < MAX_HOSTS:
                self._hosts[host] = known
        return known


def _plain(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address without its zone; that of IPv4 where it came through a socket of IPv6."""
    address = ipaddress.ip_address(host.partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


_SCALARS = frozenset((bool, int, float))


def _is_scalar(arguments: Arguments) -> bool:
    return len(arguments) == 1 and type(arguments[0]) in _SCALARS


def _is_avatar(arguments: Arguments) -> bool:
    return len(arguments) == 1 and isinstance(arguments[0], str) and is_avatar_id(arguments[0])


def _is_pose(arguments: Arguments) -> bool:
    return len(arguments) == 6 and all(type(value) is float for value in arguments)


_FITS: Mapping[str, Callable[[Arguments], bool]] = {AVATAR_CHANGE: _is_avatar, HEAD_POSE: _is_pose}
