"""Decides where actors run that may run on a host, and moves them when hosts come and go.

An actor on a host keeps its slot and its mailbox here. It moves as any actor does: its supervisor restarts it in order,
and its mail waits meanwhile.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Protocol

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Failure, Health, HealthChanged
from config.schema import Hosts
from supervisor.hosts.placement.choice import (
    HostSeen,
    Place,
    Wish,
    choose,
    is_host,
    moves,
    steady_after,
)
from supervisor.hosts.placement.waiting import WaitingHandle
from supervisor.nodes.boot import Boot
from supervisor.nodes.process import LOST, REFUSED, SPAWN_ERROR
from supervisor.nodes.processes import Processes
from supervisor.otp.messages import RestartChild
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.spec import ChildSpec

log = logging.getLogger(__name__)

EXPECTED_FOR = 8.0
"""Seconds after the start for which a host that was not here yet may still come."""

DOUBTED_FOR = 0.5
"""Seconds for which a host gets no worker after one was lost there."""

LOOK_AGAIN = 1.0
"""Most seconds between two looks while something is not where it should be."""

Ended = Callable[[Failure | None], None]


class LinkSeen(Protocol):
    """What placement reads of a link (supervisor.hosts.wire.host_link.HostLink)."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def why(self) -> str: ...


class _Host:
    """What is known of one host. losses: when it was lost (monotonic seconds). refuses: why it runs no such actor."""

    def __init__(self) -> None:
        self.up = False
        self.known = False
        self.up_since = 0.0
        self.doubted_until = 0.0
        self.why = "has not connected yet"
        self.losses: deque[float] = deque(maxlen=16)
        self.refuses: dict[str, str] = {}


class Placement:
    """The processes of an instance, here and on hosts (supervisor.runtime.platform.Processes). Never blocks.

    hosts: the section in force. pool: makes the pool of the processes on a host; None where there is no wire.
    command: sends a message to a supervisor. slots: all of the instance; set it before the first launch."""

    def __init__(
        self,
        local: Processes,
        directory: Directory,
        hosts: Callable[[], Hosts],
        pool: Callable[[str], Processes] | None,
        command: Callable[[str, Message], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.slots: Callable[[], Iterable[ActorSlot]] = tuple
        self._local = local
        self._directory = directory
        self._settings = hosts
        self._pool = pool
        self._command = command
        self._monotonic = monotonic
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._pools: dict[str, Processes] = {}
        self._hosts: dict[str, _Host] = {}
        self._places: dict[str, Place] = {}
        self._asked: dict[str, int] = {}
        self._drained: set[str] = set()
        self._expected_until = monotonic() + EXPECTED_FOR if pool is not None else 0.0
        self._look = threading.Event()
        self._closed = threading.Event()
        if pool is not None:
            threading.Thread(target=self._watch, name="placement", daemon=True).start()

    # -- where

    def place(self, slot: ActorSlot) -> Place:
        """Where the next incarnation in `slot` runs; it counts as running there from now on."""
        spec = slot.spec
        if not isinstance(spec, ChildSpec) or not is_host(spec.pin):
            return Place(spec.pin if isinstance(spec, ChildSpec) else "thread")
        with self._lock:
            found = self._chosen(spec)
            self._places[slot.address] = found
        if found.why:
            log.info("%s: runs elsewhere (%s): %s", slot.address, found.kind, found.why)
            self._look.set()
        return found

    def _chosen(self, spec: ChildSpec) -> Place:
        if not spec.placeable:
            return Place("process", why=f"{spec.address} keeps something on this machine")
        return choose(_wish(spec), self._seen(spec), self._running())

    def _seen(self, spec: ChildSpec) -> tuple[HostSeen, ...]:
        """The hosts as they are for an actor."""
        now, machines = self._monotonic(), self._settings().machines
        found = []
        for name in {**dict.fromkeys(machines), **dict.fromkeys(self._hosts)}:
            host, settings = self._hosts.get(name, _Host()), machines.get(name)
            why = self._why_not(name, host, spec, now)
            found.append(
                HostSeen(
                    name,
                    not why,
                    why,
                    not host.known and name not in self._drained and now < self._expected_until,
                    settings.labels if settings is not None else (),
                    settings.most if settings is not None else {},
                )
            )
        return tuple(found)

    def _why_not(self, name: str, host: _Host, spec: ChildSpec, now: float) -> str:
        """Why an actor does not run on a host now; "" if it may."""
        if not host.up:
            return f"is away ({host.why})"
        if name in self._drained:
            return "is drained"
        if refused := host.refuses.get(_actor(spec.address)):
            return f"refuses it ({refused})"
        if now < host.doubted_until:
            return "has just lost a worker"
        steady = _steady(host, now)
        if now - host.up_since < steady and spec.elsewhere != "wait":
            return f"is back, and must stay for {steady:g} s first"
        return ""

    def _running(self) -> Mapping[str, str]:
        alive = {slot.address for slot in self.slots() if slot.state in ("starting", "running", "stopping")}
        return {a: p.host for a, p in self._places.items() if p.kind == "host" and a in alive}

    # -- processes

    def launch(
        self,
        slot: ActorSlot,
        boot: Boot,
        on_ready: Callable[[], None],
        on_end: Ended,
        place: Place | None = None,
    ) -> ActorHandle:
        """Run an incarnation in a process, here or where `place` says."""
        if place is not None and place.kind == "wait":
            return self._wait(slot, on_ready, on_end, place)
        if place is None or place.kind != "host":
            return self._local.launch(slot, boot, on_ready, on_end)
        host, spec = place.host, slot.spec

        def ready() -> None:
            on_ready()
            if isinstance(spec, ChildSpec) and spec.elsewhere == "process":
                self._local.provide(boot)

        def ended(failure: Failure | None) -> None:
            if failure is not None:
                self._note_failure(host, slot.address, failure)
            on_end(failure)

        return self._pool_of(host).launch(slot, boot, ready, ended)

    def discard(self, address: str) -> None:
        for pool in self._all():
            pool.discard(address)

    def renew(self, boot: Boot) -> None:
        for pool in self._all():
            pool.renew(boot)

    def warm(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for pool in self._all():
            for address, number in pool.warm().items():
                found[address] = found.get(address, 0) + number
        return found

    def close(self) -> None:
        self._closed.set()
        self._look.set()
        for pool in self._all():
            pool.close()

    def _all(self) -> Sequence[Processes]:
        with self._lock:
            return (self._local, *self._pools.values())

    def _pool_of(self, host: str) -> Processes:
        assert self._pool is not None
        with self._lock:
            if host not in self._pools:
                self._pools[host] = self._pool(host)
            return self._pools[host]

    def _wait(
        self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Ended, place: Place
    ) -> WaitingHandle:
        if not place.soon:
            note = HealthChanged(
                slot.address, Health.DOWN, place.why, "`supervisor host list` shows the hosts"
            )
            sender = f"{slot.address}~placement"
            self._directory.deliver(
                Envelope(sender, slot.incarnation, next(self._numbers), slot.supervisor, note)
            )
        return WaitingHandle(slot, self._directory, on_ready, on_end, ready=not place.soon)

    # -- news of hosts, from any thread

    def changed(self, link: LinkSeen) -> None:
        """A host has come or gone."""
        with self._lock:
            host = self._hosts.setdefault(link.name, _Host())
            was_up, host.up = host.up, link.state == "up"
            host.why = link.why or "not connected"
            if host.up and not was_up:
                host.known, host.up_since = True, self._monotonic()
                host.refuses.clear()
            elif was_up and not host.up:
                host.losses.append(self._monotonic())
        self._look.set()

    def drain(self, name: str, *, on: bool = True) -> bool:
        """Let a host run nothing any more, or something again. False if there is no host of this name."""
        with self._lock:
            if name not in self._hosts and name not in self._settings().machines:
                return False
            (self._drained.add if on else self._drained.discard)(name)
        self._look.set()
        return True

    def reconsider(self) -> None:
        """The configuration has changed."""
        self._look.set()

    def drained(self) -> tuple[str, ...]:
        """The hosts that are to run nothing."""
        with self._lock:
            return tuple(sorted(self._drained))

    def _note_failure(self, name: str, address: str, failure: Failure) -> None:
        with self._lock:
            host = self._hosts.setdefault(name, _Host())
            if failure.kind == REFUSED:
                host.refuses[_actor(address)] = failure.text
            elif failure.kind in (LOST, SPAWN_ERROR):
                # A channel may end a moment before the news that its host is gone.
                host.doubted_until = self._monotonic() + DOUBTED_FOR

    # -- the thread that moves what is not where it should be

    def _watch(self) -> None:
        while True:
            self._look.wait(LOOK_AGAIN if self._unsettled() else None)
            self._look.clear()
            if self._closed.is_set():
                return
            for slot in self.to_move():
                log.info("%s: moves", slot.address)
                self._command(slot.supervisor, RestartChild(slot.address))

    def _unsettled(self) -> bool:
        """Whether time alone may change where something runs."""
        now = self._monotonic()
        with self._lock:
            return any(place.why for place in self._places.values()) or any(
                host.up and now - host.up_since < _steady(host, now) + LOOK_AGAIN
                for host in self._hosts.values()
            )

    def to_move(self) -> Sequence[ActorSlot]:
        """What should be started anew elsewhere, each incarnation once. One at a time of those that share a host's
        room, so that the next is judged by what the first has changed."""
        found = []
        slots = [slot for slot in self.slots() if isinstance(slot.spec, ChildSpec)]
        with self._lock:
            for slot in slots:
                place, spec = self._places.get(slot.address), slot.spec
                assert isinstance(spec, ChildSpec)
                if place is None or not is_host(spec.pin) or slot.handle is None:
                    continue
                if slot.state != "running" and not place.soon:
                    continue
                if place.kind == "host" and not self._hosts[place.host].up:
                    continue  # it ends by itself
                if self._asked.get(slot.address) == slot.incarnation:
                    continue
                if moves(_wish(spec), place, self._seen(spec), self._running()) and spec.placeable:
                    self._asked[slot.address] = slot.incarnation
                    found.append(slot)
        return found


def _steady(host: _Host, now: float) -> float:
    return steady_after(tuple(host.losses), now)


def _actor(address: str) -> str:
    return address.partition("/")[0]


def _wish(spec: ChildSpec) -> Wish:
    return Wish(spec.address, spec.pin, spec.labels, spec.elsewhere)
