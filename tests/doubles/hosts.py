"""A host in this process: a real agent with real workers, over a link that can be cut at any moment."""

import multiprocessing
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from actors.kernel.message import Message
from supervisor.hosts.agent.agent import Agent
from supervisor.hosts.build import code_version, model_sums
from supervisor.hosts.permissions import Permission
from supervisor.hosts.wire.host_link import HostLink, LinkState
from supervisor.nodes.link import Link
from supervisor.nodes.local import LocalLink
from tests.doubles.actors import Said


class Channels(dict[str, frozenset[type[Message]]]):
    """Lets everybody be told `Said`."""

    def get(self, _: str, default: object = None) -> frozenset[type[Message]]:  # type: ignore[override]
        return frozenset((Said,))


LENIENT = Permission(Channels(), answers=frozenset((Said,)))


class HostDouble:
    """`open` opens a channel to the agent, as HomeWire does; `lose` cuts all, as when the machine is gone."""

    def __init__(self, home: Path, name: str = "box", allowed: frozenset[str] = frozenset(("echo",))) -> None:
        self.name = name
        self.agent = Agent(home, code_version(), model_sums, allowed=allowed)
        self.away = False
        self._ends: list[tuple[LocalLink, LocalLink]] = []
        self._lock = threading.Lock()

    def open(self) -> Link:
        if self.away:
            raise ConnectionError(f"{self.name} is away")
        ours, theirs = (LocalLink(end) for end in multiprocessing.Pipe(duplex=True))
        with self._lock:
            self._ends.append((ours, theirs))
        self.agent.serve(theirs)
        return ours

    def lose(self) -> None:
        """Nothing passes any more, and the workers end, which nobody hears of."""
        self.away = True
        self.cut()
        self.agent.end_all()

    def cut(self) -> None:
        """Cut every channel, so that neither end hears anything more of the other."""
        with self._lock:
            ends, self._ends = self._ends, []
        for ours, theirs in ends:
            ours.hang_up()
            theirs.hang_up()

    def close(self) -> None:
        self.lose()
        self.agent.close()


class WireDouble:
    """The home's end of the wire to some hosts (supervisor.hosts.placement.hosts.Wire)."""

    def __init__(self, *hosts: HostDouble) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._changed: list[Callable[[HostLink], None]] = []

    def start(self) -> None:
        """They are there from the beginning, unless they are away."""

    def open(self, host: str) -> Link:
        return self._hosts[host].open()

    def watch(self, changed: Callable[[HostLink], None]) -> None:
        self._changed.append(changed)
        for name, host in self._hosts.items():
            if not host.away:
                changed(self.link(name))

    def link(self, name: str) -> HostLink:
        away = self._hosts[name].away
        return HostLink(name, LinkState.DOWN if away else LinkState.UP, "it was lost" if away else "")

    def hosts(self) -> Mapping[str, HostLink]:
        return {name: self.link(name) for name in self._hosts}

    def lose(self, name: str) -> None:
        self._hosts[name].lose()
        self._tell(name)

    def heal(self, name: str) -> None:
        self._hosts[name].away = False
        self._tell(name)

    def close(self) -> None:
        """The hosts are the test's."""

    def _tell(self, name: str) -> None:
        for changed in self._changed:
            changed(self.link(name))
