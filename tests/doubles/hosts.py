"""A host in this process: a real agent with real workers, over a link that can be cut at any moment."""

import threading
from pathlib import Path

from actors.kernel.message import Message
from supervisor.hosts.agent.agent import Agent
from supervisor.hosts.permissions import Permission
from supervisor.nodes.link import Link
from supervisor.nodes.local import LocalLink
from tests.doubles.actors import Said

import multiprocessing  # isort: skip

CODE = "1.0"


class Channels(dict[str, frozenset[type[Message]]]):
    """Lets everybody be told `Said`."""

    def get(self, _: str, default: object = None) -> frozenset[type[Message]]:  # type: ignore[override]
        return frozenset((Said,))


LENIENT = Permission(Channels(), answers=frozenset((Said,)))


class HostDouble:
    """`open` opens a channel to the agent, as HomeWire does; `lose` cuts all, as when the machine is gone."""

    def __init__(self, home: Path, name: str = "box", allowed: frozenset[str] = frozenset(("echo",))) -> None:
        self.name = name
        self.agent = Agent(home, CODE, dict, allowed=allowed)
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
